import type { Breach } from '../../../../../wire/compliance.ts';
import { Copyable } from '../../../../components/copyable.tsx';
import { Time } from '../../../../components/time.tsx';
import { exact } from '../../../../lib/format.ts';
import { projects } from '../../../../state/projects.ts';
import { KIND_WORDS } from '../breach-words.ts';

const TEXTS = [
  ['nature', 'Nature'],
  ['location', 'Where'],
  ['cause', 'Cause'],
  ['causedBy', 'Caused by'],
  ['consequences', 'Consequences'],
  ['measures', 'Measures'],
  ['mitigation', 'Mitigation'],
  ['advice', 'Advice'],
  ['contact', 'Whom to ask'],
] as const;

/** What is known of it. */
export function FactsCard({ breach }: { breach: Breach }) {
  const { projectId, people, records, kinds, categoriesOfPeople, categoriesOfRecords, beganAtMs, endedAtMs } = breach;
  const project = projects.value.find(({ id }) => id === projectId)?.name ?? projectId;
  const facts: [string, string][] = [
    ['Project', project ?? 'The whole deployment'],
    ['Kind', kinds.map((kind) => KIND_WORDS[kind]).join('; ')],
    ['People', [people === null ? '' : `about ${exact(people)}`, ...categoriesOfPeople].filter(Boolean).join(', ')],
    ['Records', [records === null ? '' : `about ${exact(records)}`, ...categoriesOfRecords].filter(Boolean).join(', ')],
    ['High risk', breach.highRisk ? 'likely' : 'not likely'],
    ...TEXTS.map(([name, label]): [string, string] => [label, breach[name]]),
  ];
  return (
    <section class="card detail-card" aria-label="What is known">
      <h2>What is known</h2>
      <dl class="facts">
        <dt>First seen</dt>
        <dd>
          <Time ms={breach.detectedAtMs} />
        </dd>
        <dt>Certain since</dt>
        <dd>
          <Time ms={breach.awareAtMs} />
        </dd>
        <dt>Took place</dt>
        <dd>
          {beganAtMs === null ? 'not known' : <Time ms={beganAtMs} />}
          {endedAtMs === null ? null : (
            <>
              {' to '}
              <Time ms={endedAtMs} />
            </>
          )}
        </dd>
        {facts.map(([label, text]) => [
          <dt key={`${label} name`}>{label}</dt>,
          <dd key={label} class="breach-text">
            {text === '' ? <span class="faint">not written yet</span> : <bdi>{text}</bdi>}
          </dd>,
        ])}
        <dt>Entered</dt>
        <dd>
          <Time ms={breach.createdAtMs} /> by <bdi>{breach.createdByName}</bdi>
        </dd>
        <dt>Id</dt>
        <dd>
          <Copyable text={breach.id} label="the breach's id" />
        </dd>
      </dl>
    </section>
  );
}

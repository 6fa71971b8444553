import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { AuditEntry } from '../../../../wire/audit.ts';
import { type AuditFilters, getAuditEntry, listAudit } from '../../../api/audit.ts';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Diff } from '../../../components/diff.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { dateTime, exact, plural } from '../../../lib/format.ts';
import { hrefOf, setParams } from '../../../state/route.ts';
import { useResource } from '../../../state/use-resource.ts';
import { ACTOR_KIND_WORDS, actorWords, sentenceOf } from '../audit-words.ts';
import { filterParams } from './filters.ts';
import { ProofPart } from './proof-part.tsx';

interface EntryDrawerProps {
  id: string;
  /** Where the list has it. */
  row: AuditEntry | null;
  projects: ReadonlyMap<string, string>;
}

const close = () => setParams({ entry: null }, 'replace');

/** The entry that the address names: who, what, from where; what was before and after; what else the same request did; and its proof. */
export function EntryDrawer({ id, row, projects }: EntryDrawerProps) {
  const seq = Number(id);
  const isNumber = Number.isSafeInteger(seq) && seq > 0;
  const asked = useResource(
    row === null && isNumber ? id : null,
    async (signal) => {
      const answer = await getAuditEntry(seq, signal);
      return answer.ok ? { ...answer, value: { entry: answer.value } } : answer;
    },
    false,
  );
  const entry = row ?? asked.data?.entry ?? null;
  const { error } = asked;
  const isMissing = !isNumber || asked.data?.entry === null;
  return (
    <Drawer
      label="Entry"
      onClose={close}
      head={
        <>
          <strong class="clip">{isNumber ? `Entry ${exact(seq)}` : 'Entry'}</strong>
          {entry ? <CopyButton text={() => JSON.stringify(entry, null, 2)} label="Copy entry as JSON" /> : null}
        </>
      }
    >
      {entry ? (
        <Details entry={entry} projects={projects} />
      ) : isMissing ? (
        <Empty title="There is no such entry">
          <p>Entries are numbered from 1 without a gap. One that should be there and is not becomes a finding.</p>
          <Button onClick={close}>Close</Button>
        </Empty>
      ) : error ? (
        <Failure what="The entry could not be loaded" error={error} onRetry={asked.reload} />
      ) : (
        <Skeleton rows={14} label="Loading the entry" />
      )}
    </Drawer>
  );
}

function Details({ entry, projects }: { entry: AuditEntry; projects: ReadonlyMap<string, string> }) {
  const { atMs, actorKind, actorId, action, target, projectId, requestId, address, detail, change, sealed, seq } =
    entry;
  const project = projectId === null ? null : (projects.get(projectId) ?? projectId);
  return (
    <>
      <p class="entry-sentence" dir="auto">
        {sentenceOf(entry)}
      </p>
      {actorKind === 'console' ? (
        <Notice tone="bad">
          This write came to the database without a context: by hand, or by a program that is not this one.
        </Notice>
      ) : null}
      <dl class="drawer-times entry-facts">
        <dt>Time</dt>
        <dd>
          <Time ms={atMs} />
        </dd>
        <Fact label="Actor" filter={actorId === null ? { actorKind } : { actor: actorId }} what="this actor">
          <bdi>{actorWords(entry)}</bdi> <span class="faint">{ACTOR_KIND_WORDS[actorKind].toLowerCase()}</span>
        </Fact>
        <Fact label="Action" filter={{ action }} what="this action">
          <code>{action}</code>
        </Fact>
        {target === '' ? null : (
          <Fact label="Target" filter={{ target }} what="this target">
            <bdi>{target}</bdi>
          </Fact>
        )}
        {project === null ? null : (
          <Fact label="Project" filter={{ project: projectId }} what="this project">
            <bdi>{project}</bdi>
          </Fact>
        )}
        <dt>Address</dt>
        <dd>{address === '' ? <span class="faint">none</span> : address}</dd>
        <Fact label="Request" filter={{ requestId }} what="this request">
          <code>{requestId}</code> <CopyButton text={requestId} label="Copy request id" />
        </Fact>
        <dt>Sealed</dt>
        <dd>
          <StatusDot tone={sealed ? 'ok' : 'off'}>
            {sealed ? 'A signed checkpoint covers it' : 'With the next checkpoint'}
          </StatusDot>
        </dd>
      </dl>
      {change ? (
        <>
          <h3>
            {change.operation === 'insert' ? 'Added' : change.operation === 'delete' ? 'Deleted' : 'Before and after'}
          </h3>
          <Diff key={seq} label={`Values of ${target}`} before={change.oldValues} after={change.newValues} />
        </>
      ) : Object.keys(detail).length > 0 ? (
        <>
          <h3>Detail</h3>
          <CodeBlock label="Detail" code={JSON.stringify(detail, null, 2)} />
        </>
      ) : null}
      <h3>Proof</h3>
      <ProofPart seq={seq} />
      {/* Last: it grows when its answer comes, and moves nothing. */}
      <OfRequest seq={seq} requestId={requestId} />
    </>
  );
}

interface FactProps {
  label: string;
  filter: Partial<AuditFilters>;
  /** For the button: "Only this actor". */
  what: string;
  children: ComponentChildren;
}

function Fact({ label, filter, what, children }: FactProps) {
  return (
    <>
      <dt>{label}</dt>
      <dd class="entry-fact">
        <span>{children}</span>
        <Button
          small
          kind="quiet"
          icon="filter"
          label={`Only ${what}`}
          onClick={() => setParams(filterParams(filter))}
        />
      </dd>
    </>
  );
}

/** As many as a request writes; more are one click away. */
const SHOWN = 20;
const ANY_TIME = { sinceMs: null, untilMs: null };

/** What else the same request did. */
function OfRequest({ seq, requestId }: { seq: number; requestId: string }) {
  const page = { limit: SHOWN, cursor: null };
  const [all, setAll] = useState(false);
  const { data, error, reload } = useResource(requestId, (signal) => listAudit({ requestId }, ANY_TIME, page, signal));
  const others = data?.items.filter((entry) => entry.seq !== seq) ?? [];
  const few = all ? others : others.slice(0, 5);
  return (
    <>
      <h3>Of the same request</h3>
      {error ? <Failure line what="Not loaded" error={error} onRetry={reload} /> : null}
      {data === null ? (
        error ? null : (
          <p class="faint">Looking.</p>
        )
      ) : others.length === 0 ? (
        <p class="faint">Nothing else.</p>
      ) : (
        <ul class="entry-others">
          {few.map((other) => (
            <li key={other.seq}>
              <Link href={hrefOf('/audit', { entry: String(other.seq) })} title={dateTime(other.atMs)}>
                <code>{other.action}</code>
              </Link>
              <bdi class="faint clip" title={other.target}>
                {other.target}
              </bdi>
            </li>
          ))}
        </ul>
      )}
      {few.length < others.length ? (
        <Button small kind="quiet" onClick={() => setAll(true)}>
          Show {plural(others.length - few.length, 'more')}
        </Button>
      ) : null}
      {data && data.nextCursor !== null ? <p class="faint">And more: filter by the request to see them all.</p> : null}
    </>
  );
}

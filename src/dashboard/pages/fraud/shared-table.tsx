import type { SharedReference } from '../../../wire/fraud.ts';
import { listShared } from '../../api/fraud.ts';
import { Link } from '../../components/link.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { plural, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { span } from '../../state/range.ts';
import { useResource } from '../../state/use-resource.ts';
import { accountHref } from './event-drawer.tsx';
import { REFERENCE_WORDS, VERDICT_WORDS } from './words.ts';

const LEAST_ACCOUNTS = 2;
/** Accounts of one reference that are named. */
const SHOWN_ACCOUNTS = 8;

/** References that several accounts have. */
export function SharedTable({ project }: { project: string }) {
  const shared = useResource(`${project} ${span.value.toMs}`, (signal) => listShared(project, LEAST_ACCOUNTS, signal));
  const { data, error } = shared;
  return (
    <section class="card panel" aria-label="Shared by several accounts">
      <h2>Shared by several accounts</h2>
      {error ? (
        <Failure line what="The references could not be loaded" error={error} onRetry={shared.reload} />
      ) : data === null ? (
        <Skeleton rows={6} label="Loading references" />
      ) : data.items.length === 0 ? (
        <p class="faint">
          No phone, e-mail or device is shared. References come with <code>POST /api/fraud/register</code>.
        </p>
      ) : (
        <References items={data.items} label="References that several accounts share" />
      )}
    </section>
  );
}

export function References({ items, label }: { items: readonly SharedReference[]; label: string }) {
  return (
    <ul class="fraud-references" aria-label={label}>
      {items.map(({ type, reference, accountCount, accounts }) => (
        <li key={`${type} ${reference}`}>
          <p>
            <strong>{REFERENCE_WORDS[type] ?? type}</strong> <code class="faint">{reference}</code>{' '}
            <span class="faint">{plural(accountCount, 'account')}</span>
          </p>
          <ul class="fraud-accounts">
            {accounts.slice(0, SHOWN_ACCOUNTS).map(({ userId, riskScore, verdict, firstSeenAtMs }) => (
              <li key={userId}>
                <Link href={accountHref(userId)} class="clip" title={userId}>
                  <bdi>{userId}</bdi>
                </Link>
                <span class="faint">
                  {[
                    riskScore === null ? '' : `score ${riskScore}`,
                    verdict ? VERDICT_WORDS[verdict].toLowerCase() : '',
                    `since ${relative(firstSeenAtMs, now())}`,
                  ]
                    .filter((part) => part !== '')
                    .join(', ')}
                </span>
              </li>
            ))}
            {accountCount > SHOWN_ACCOUNTS ? (
              <li class="faint">and {plural(accountCount - Math.min(accounts.length, SHOWN_ACCOUNTS), 'other')}</li>
            ) : null}
          </ul>
        </li>
      ))}
    </ul>
  );
}

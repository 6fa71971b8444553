import type { DeletionRequest, ErasureReceipt } from '../../../../../wire/compliance.ts';
import { getReceipt, receiptUrl } from '../../../../api/deletions.ts';
import { Icon } from '../../../../components/icon.tsx';
import { Failure, Skeleton } from '../../../../components/states.tsx';
import { Time } from '../../../../components/time.tsx';
import { useResource } from '../../../../state/use-resource.ts';
import { CATEGORY_WORDS, countWords } from '../deletion-words.ts';

/** What is gone from where, what stayed and why, and until when a restore could bring it back. */
export function ReceiptCard({ request: { id, executedAtMs } }: { request: DeletionRequest }) {
  const { data, error, reload } = useResource(`${id} ${executedAtMs}`, (signal) => getReceipt(id, signal));
  return (
    <section class="card detail-card" aria-label="Receipt">
      <header class="detail-card-head">
        <h2 class="grow">Receipt</h2>
        {(['html', 'json'] as const).map((format) => (
          <a key={format} class="button button-plain button-small" href={receiptUrl(id, format)} download>
            <Icon name="download" />
            <span>{format === 'html' ? 'Document' : 'JSON'}</span>
          </a>
        ))}
      </header>
      {error ? <Failure line what="The receipt could not be loaded" error={error} onRetry={reload} /> : null}
      {data ? <Receipt receipt={data} /> : error ? null : <Skeleton rows={6} label="Loading the receipt" />}
    </section>
  );
}

function Receipt({ receipt: { erased, held, restorableUntilMs, notCovered } }: { receipt: ErasureReceipt }) {
  return (
    <>
      <dl class="facts">
        {erased.map(({ category, counts, atMs }) => [
          <dt key={`${category} name`}>{CATEGORY_WORDS[category]}</dt>,
          <dd key={category}>
            {countWords(counts)}, <Time ms={atMs} />
          </dd>,
        ])}
        {held.map(({ category, stream, reason }) => [
          <dt key={`${category} ${stream} held name`}>{CATEGORY_WORDS[category]}</dt>,
          <dd key={`${category} ${stream} held`}>
            held{stream === null ? '' : ` (${stream})`}: <bdi>{reason}</bdi>
          </dd>,
        ])}
      </dl>
      <p class="deletion-note">
        A restore of the database could bring it back until <Time ms={restorableUntilMs} />; it is erased again after
        any.
      </p>
      {notCovered.length === 0 ? null : (
        <>
          <h3>Not covered</h3>
          <ul class="deletion-not-covered">
            {notCovered.map((what) => (
              <li key={what} dir="auto">
                {what}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

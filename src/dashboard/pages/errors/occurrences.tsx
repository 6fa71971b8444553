import { useEffect } from 'preact/hooks';
import type { ErrorGroup, Occurrence } from '../../../wire/error-groups.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Notice, Skeleton } from '../../components/states.tsx';
import { exact } from '../../lib/format.ts';
import { param, setParams } from '../../state/route.ts';
import { OccurrenceGrid } from './occurrence-grid.tsx';
import { OccurrenceView } from './occurrence-view.tsx';

interface OccurrencesProps {
  project: Project;
  group: ErrorGroup;
  occurrences: readonly Occurrence[];
  hasMore: boolean;
  loading: boolean;
  failed: boolean;
  onMore: () => void;
}

/** A shared link names one occurrence: looked for this far. */
const MOST_LOOKED_AT = 200;

/** One occurrence in full, the newest unless the address names another, and the list of all. */
export function Occurrences({ project, group, occurrences, hasMore, loading, failed, onMore }: OccurrencesProps) {
  const named = param('occurrence');
  const found = named === '' ? 0 : occurrences.findIndex(({ record }) => record.id === named);
  const looking = found < 0 && hasMore && !failed && occurrences.length < MOST_LOOKED_AT;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one step for each page that did not have it.
  useEffect(() => {
    if (looking && !loading) onMore();
  }, [looking, loading, occurrences.length]);
  const at = Math.max(0, found);
  const current = occurrences[at];
  const show = (index: number) => {
    const next = occurrences[index];
    if (next) setParams({ occurrence: index === 0 ? null : next.record.id }, 'replace');
  };
  // The next page is here before the reader is at its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: onMore is another function each time and does the same.
  useEffect(() => {
    if (hasMore && !failed && !loading && at >= occurrences.length - 2) onMore();
  }, [at, occurrences.length, hasMore, failed, loading]);
  if (current === undefined) {
    return (
      <section class="card panel error-occurrences" aria-label="Occurrences">
        <p class="faint">No occurrence of this time could be read.</p>
      </section>
    );
  }
  const total = Math.max(group.count, occurrences.length);
  return (
    <section class="card error-occurrences" aria-label="Occurrences">
      <header class="card-head">
        <h2>{found < 0 ? 'Occurrence' : at === 0 ? 'Newest occurrence' : 'Occurrence'}</h2>
        <span class="pager">
          <Button small icon="back" label="Newer" disabled={at === 0 || looking} onClick={() => show(at - 1)} />
          <span class="num" aria-live="polite">
            {looking ? 'Looking for it' : `${exact(at + 1)} of ${exact(total)}`}
          </span>
          <Button
            small
            icon="expand"
            label="Older"
            disabled={at >= occurrences.length - 1 || looking}
            onClick={() => show(at + 1)}
          />
        </span>
      </header>
      {looking ? (
        <Skeleton rows={24} label="Looking for the occurrence" />
      ) : (
        <>
          {found < 0 ? (
            <Notice tone="warn">
              The occurrence that this link names is not among the newest {exact(occurrences.length)} of this time: this
              is the newest one.
            </Notice>
          ) : null}
          <OccurrenceView project={project} group={group} occurrence={current} />
        </>
      )}
      <OccurrenceGrid
        occurrences={occurrences}
        active={looking ? null : current.record.id}
        onShow={show}
        {...(failed ? {} : { onEnd: onMore })}
        hasMore={hasMore}
      />
    </section>
  );
}

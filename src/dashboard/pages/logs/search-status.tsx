import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import type { QueryFault } from '../../lib/errors.ts';
import { bytes, compact, exact, plural } from '../../lib/format.ts';
import type { SearchControl } from './use-search.ts';

/** Of the blocks: nothing is said where none is. */
function fromArchive(blocks: number): string {
  return blocks > 0 ? `${compact(blocks)} from the archive, ` : '';
}

/** One line of fixed height: what the search does now, or what it found. */
export function SearchStatus({ search, fault }: { search: SearchControl; fault: QueryFault | null }) {
  if (fault) {
    return (
      <span class="status-text tone-bad" role="alert">
        <Icon name="bad" />
        <span class="clip">
          Character {fault.position + 1}: {fault.reason}
        </span>
      </span>
    );
  }
  if (search.running) {
    const { progress } = search;
    const all = progress ? progress.blocksDone + progress.blocksLeft : 0;
    return (
      <span class="status-text">
        <progress aria-label="Search" {...(progress && all > 0 ? { max: all, value: progress.blocksDone } : {})} />
        <span class="clip">
          {progress && all > 0
            ? `${compact(progress.blocksDone)} of ${plural(all, 'block')}, ${fromArchive(progress.blocksArchived)}${bytes(progress.bytes)} read`
            : 'Searching'}
        </span>
        <Button small icon="stop" onClick={search.stop}>
          Stop
        </Button>
      </span>
    );
  }
  if (search.error) return <span class="status-text faint">The search did not finish</span>;
  const count = search.records.length;
  const more = search.nextCursor !== null ? ' so far' : '';
  return (
    <span class="status-text" role="status" title={`${exact(count)} loaded`}>
      {search.stopped ? 'Stopped. ' : ''}
      {plural(count, 'record')}
      {more}
      {search.scanned ? (
        <span class="faint">
          {' '}
          {search.scanned.blocks > 0 ? `from ${plural(search.scanned.blocks, 'block')}, ` : ''}
          {fromArchive(search.scanned.archived)}
          {bytes(search.scanned.bytes)} read
        </span>
      ) : null}
    </span>
  );
}

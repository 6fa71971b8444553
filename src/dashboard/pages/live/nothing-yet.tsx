import { Button } from '../../components/button.tsx';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { hrefOf, setParams } from '../../state/route.ts';
import type { LiveState } from './use-live.ts';

const TITLES = {
  connecting: 'Connecting',
  live: 'Nothing has arrived yet',
  lost: 'Waiting for the live link',
  refused: 'The server does not serve this filter',
} as const;

/** Before the first row. */
export function NothingYet({ state, filtered }: { state: LiveState; filtered: boolean }) {
  const what = filtered ? 'New records that match the filter show up here.' : 'New records show up here as they come.';
  return (
    <Empty icon="live" title={TITLES[state.kind]}>
      <p>{state.kind === 'refused' ? state.message : what}</p>
      {filtered ? <Button onClick={() => setParams({ q: null })}>Clear the filter</Button> : null}
      <Link href={hrefOf('/logs', {})}>Search what came before</Link>
      <Link href={hrefOf('/sources', {}, 'frame')}>See under Sources what arrives, and how clients are set up</Link>
    </Empty>
  );
}

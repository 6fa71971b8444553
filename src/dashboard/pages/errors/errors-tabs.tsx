import { Link } from '../../components/link.tsx';
import { hrefOf, path } from '../../state/route.ts';

/** Errors by what they are, and by the sessions that met them. */
export function ErrorsTabs() {
  const at = path.value;
  return (
    <nav class="tabs errors-tabs" aria-label="Errors">
      <Link href={hrefOf('/errors', {}, 'frame')} current={at === '/errors'}>
        Groups
      </Link>
      <Link href={hrefOf('/sessions', {}, 'frame')} current={at === '/sessions'}>
        Sessions
      </Link>
    </nav>
  );
}

import { listRefusedKeys } from '../../api/admin.ts';
import { Notice } from '../../components/states.tsx';
import { exact, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { useResource } from '../../state/use-resource.ts';

/** Requests that no key of any project can be blamed for, and that no row of the table shows. Nothing where there are none. */
export function RefusedKeys() {
  const refused = useResource('refused-keys', listRefusedKeys, false);
  const items = refused.data?.items ?? [];
  const requestsOf = (code: string) => items.find((item) => item.code === code)?.requests ?? 0;
  const [missing, invalid] = [requestsOf('key_missing'), requestsOf('key_invalid')];
  if (missing + invalid === 0) return null;
  const lastSeenAtMs = Math.max(...items.map((item) => item.lastSeenAtMs));
  return (
    <Notice tone="warn">
      Requests refused in this deployment that belong to no key above: {exact(missing)} without a key, {exact(invalid)}{' '}
      with one that is not valid. The last came {relative(lastSeenAtMs, now())}.
    </Notice>
  );
}

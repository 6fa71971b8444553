import { hrefOf } from '../../../state/route.ts';

/** `new` is the form of a new one; `from` is the one that it begins as. */
export function regimeHref(id: string, from: string | null = null): string {
  const at = id === '' ? '/compliance/regimes' : `/compliance/regimes/${encodeURIComponent(id)}`;
  return hrefOf(at, from === null ? {} : { like: from }, 'frame');
}

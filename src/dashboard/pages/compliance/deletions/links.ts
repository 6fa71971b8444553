import { hrefOf } from '../../../state/route.ts';

export function deletionHref(id: string): string {
  return hrefOf(id === '' ? '/compliance/deletions' : `/compliance/deletions/${encodeURIComponent(id)}`, {}, 'frame');
}

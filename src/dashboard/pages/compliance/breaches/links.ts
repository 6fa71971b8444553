import { hrefOf } from '../../../state/route.ts';

/** `edit` is the form of the breach. */
export function breachHref(id: string, part: '' | 'edit' = ''): string {
  const at = id === '' ? '/compliance/breaches' : `/compliance/breaches/${encodeURIComponent(id)}`;
  return hrefOf(part === '' ? at : `${at}/${part}`, {}, 'frame');
}

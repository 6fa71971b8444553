import { hrefOf } from '../../../state/route.ts';

/** `new` is the form for one that is not there yet. */
export function destinationHref(id = ''): string {
  return hrefOf(id === '' ? '/alerts/destinations' : `/alerts/destinations/${encodeURIComponent(id)}`, {}, 'frame');
}

export function editHref(id: string): string {
  return hrefOf(`/alerts/destinations/${encodeURIComponent(id)}/edit`, {}, 'frame');
}

export function deliveriesHref(destination: string, state: string | null = null): string {
  return hrefOf('/alerts/deliveries', { destination, state }, 'frame');
}

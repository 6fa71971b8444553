import { Stop } from '../lib/stop.ts';

/** Where a store is made, which is decided once: neither is moved afterwards. */
export interface Placement {
  /** Hint of where it should lie (`--location`); null lies near whoever makes it. */
  location: string | null;
  /** Beyond which it must not lie. Of wrangler.toml, because the Worker finds the bucket by it too; null is anywhere. */
  jurisdiction: string | null;
}

/** As wrangler has them for both stores. */
export const LOCATIONS = ['weur', 'eeur', 'apac', 'oc', 'wnam', 'enam'] as const;

/** Throws a Stop where both are given: D1 passes over a location then, and R2 refuses it. */
export function placementOf(location: string | null, jurisdiction: string | null): Placement {
  if (location !== null && jurisdiction !== null)
    throw new Stop(
      `--location does not go with jurisdiction = "${jurisdiction}" of wrangler.toml: the jurisdiction says where the stores lie.`,
    );
  return { location, jurisdiction };
}

export function placementArgs({ location, jurisdiction }: Placement): string[] {
  if (jurisdiction !== null) return ['--jurisdiction', jurisdiction];
  return location === null ? [] : ['--location', location];
}

/** What is said of a store behind its name. */
export function placementWords(state: 'made' | 'there', { location, jurisdiction }: Placement): string {
  if (jurisdiction !== null) return `${state}, jurisdiction ${jurisdiction}`;
  if (location === null) return state;
  return state === 'made'
    ? `made, location ${location}`
    : 'there, and stays where it was made: --location is for new ones';
}

import { addressBucket } from '../shared/address.ts';
import { browserOf } from '../shared/ua.ts';
import type { SeenClient } from './calls.ts';
import type { SaidClient } from './input.ts';

/**
 * The end user's client: what the customer's server says of it, else what came with the request, which is the browser's own where the server passes
 * the request on. One place is taken whole from one of the two: the address of one and the country of the other would be nobody's.
 */
export function clientOf(request: Request, said: SaidClient | null | undefined): SeenClient {
  const userAgent = said?.userAgent ?? request.headers.get('user-agent') ?? '';
  const { family, os: system } = browserOf(userAgent);
  const [browser, os] = [known(family), known(system)];
  const saysWhere = [said?.address, said?.country, said?.latitude].some((value) => (value ?? null) !== null);
  if (said && saysWhere) {
    const { address = null, country = null, latitude = null, longitude = null } = said;
    return {
      ...{
        browser,
        os,
        address: address === null ? null : addressBucket(address),
        country: country?.toUpperCase() ?? null,
      },
      place: latitude === null || longitude === null ? null : { latitude, longitude },
    };
  }
  const { cf, headers } = request;
  const country = headers.get('cf-ipcountry')?.toUpperCase() ?? '';
  const [latitude, longitude] = [coordinate(cf?.latitude), coordinate(cf?.longitude)];
  return {
    ...{ browser, os, address: addressBucket(headers.get('cf-connecting-ip') ?? '') },
    // XX is unknown and T1 is Tor (developers.cloudflare.com/network/ip-geolocation): neither is a country to travel between.
    country: /^[A-Z]{2}$/.test(country) && country !== 'XX' ? country : null,
    place: latitude === null || longitude === null ? null : { latitude, longitude },
  };
}

/** A change from one that is not known to another is none. */
function known(name: string): string | null {
  return name === 'other' ? null : name;
}

/** request.cf has them as text. */
function coordinate(text: unknown): number | null {
  const value = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

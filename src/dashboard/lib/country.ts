const names = new Intl.DisplayNames(['en'], { type: 'region' });

/** The name of an ISO 3166-1 alpha-2 code. Cloudflare also says XX (unknown) and T1 (Tor), which are no countries. */
export function countryName(code: string | null): string {
  if (code === 'T1') return 'Tor network';
  if (code === null || code === 'XX' || !/^[A-Z]{2}$/.test(code)) return 'unknown place';
  return names.of(code) ?? code;
}

import { err, ok, type Result } from '../../shared/result.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import { BROWSER_LABELS, type BrowserLabel } from '../../wire/vitals.ts';
import type { Refusal } from '../normalise.ts';
import { objectOf, own, textOf } from './values.ts';

/** Other names that senders have for a label, as attributes or as labels; the first that is there counts. */
const NAMES: Readonly<Record<BrowserLabel, readonly string[]>> = {
  page: ['page', 'route', 'path', 'pathname', 'url', 'href'],
  site: ['site'],
  device: ['device'],
  browser: ['browser'],
  os: ['os'],
  country: ['country'],
  connection: ['connection', 'effectiveType'],
  release: ['release'],
  navigation: ['navigation', 'navigationType'],
};
const ADDRESSES = ['url', 'href'] as const;

/**
 * `attrs.labels` of what a browser measured: the sender's own, and those of BROWSER_LABELS that it says by another name. An attribute of such a
 * name that is no word (an object that describes the browser) stays an attribute; a label must be a word.
 */
export function browserLabels(attrs: JsonObject): Result<JsonObject, Refusal> {
  const given = own(attrs, 'labels') ?? null;
  const labels = given === null ? {} : objectOf(given);
  if (labels === null) return err({ pointer: '/attrs/labels', reason: 'must be an object' });
  const shaped: JsonObject = { ...labels };
  for (const label of BROWSER_LABELS) {
    const said = own(labels, label) ?? null;
    const word = said === null ? firstOf(NAMES[label], labels, attrs) : textOf(said);
    if (word !== null) shaped[label] = label === 'page' ? pathOf(word) : word;
    else if (said !== null && said !== '')
      return err({ pointer: `/attrs/labels/${label}`, reason: 'must be a string' });
    else delete shaped[label];
  }
  const site = shaped.site === undefined ? siteOf(firstOf(ADDRESSES, labels, attrs)) : null;
  if (site !== null) shaped.site = site;
  return ok(shaped);
}

function firstOf(names: readonly string[], ...places: readonly JsonObject[]): string | null {
  for (const name of names) {
    for (const place of places) {
      const word = wordOf(own(place, name));
      if (word !== null) return word;
    }
  }
  return null;
}

/** `connection` is often what navigator.connection says, whole. */
function wordOf(value: Json | undefined): string | null {
  const object = objectOf(value);
  return object === null ? textOf(value) : textOf(own(object, 'effectiveType'));
}

/** Of an address or path: neither query nor fragment, which may hold what nobody meant to send. */
function pathOf(text: string): string {
  const path = URL.canParse(text) ? new URL(text).pathname : text;
  return path.split(/[?#]/, 1)[0] || '/';
}

function siteOf(address: string | null): string | null {
  return address !== null && URL.canParse(address) ? new URL(address).host || null : null;
}

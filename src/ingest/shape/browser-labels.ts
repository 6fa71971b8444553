import { type Edge, PAGE_NAMES, pageOf, siteOf } from '../../edge/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import { BROWSER_LABELS, type BrowserLabel } from '../../wire/vitals.ts';
import type { Refusal } from '../normalise.ts';
import { objectOf, own, textOf } from './values.ts';

/** Other names that senders have for a label, as attributes or as labels; the first that is there counts. */
const NAMES: Readonly<Record<BrowserLabel, readonly string[]>> = {
  page: PAGE_NAMES,
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
 * name that is no word (an object that describes the browser) stays an attribute; a label must be a word. What the edge sees of a browser it says
 * itself, in place of what the page claims: numbers by device, country or site are not for the holder of a public key to make up.
 */
export function browserLabels(
  attrs: JsonObject,
  { browser, rules }: Edge,
  at: (name: string) => string,
): Result<JsonObject, Refusal> {
  const given = own(attrs, 'labels') ?? null;
  const labels = given === null ? {} : objectOf(given);
  if (labels === null) return err({ pointer: at('labels'), reason: 'must be an object' });
  const shaped: JsonObject = { ...labels };
  for (const label of BROWSER_LABELS) {
    const said = own(labels, label) ?? null;
    const word = said === null ? firstOf(NAMES[label], labels, attrs) : textOf(said);
    if (word !== null) shaped[label] = label === 'page' ? pageOf(word, rules) : word;
    else if (said !== null && said !== '') return err({ pointer: at(`labels/${label}`), reason: 'must be a string' });
    else delete shaped[label];
  }
  if (shaped.site === undefined) {
    const site = siteOf(firstOf(ADDRESSES, labels, attrs) ?? '');
    if (site !== null) shaped.site = site;
  }
  if (browser !== null) {
    const { device, browser: name, os, country, site } = browser;
    Object.assign(shaped, { device, browser: name, os, ...(site === null ? {} : { site }) });
    if (country !== null) shaped.country = country;
    else delete shaped.country;
  }
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

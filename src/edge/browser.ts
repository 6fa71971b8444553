import { type Browser, browserOf } from '../shared/ua.ts';
import { siteOf } from './address.ts';
import { isCrawler } from './bots.ts';

export type Device = 'desktop' | 'mobile' | 'tablet' | 'tv' | 'other';

/** What the edge itself knows of a browser; of its address nothing is kept. Plain data: sockets carry it through their sleep. */
export interface BrowserClient {
  device: Device;
  browser: string;
  os: string;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  /** Host of the page, as the browser says it and no page can forge. */
  site: string | null;
  isCrawler: boolean;
}

/** The three hints that every browser with client hints sends of its own accord (https://wicg.github.io/client-hints-infrastructure, low entropy). */
interface Said {
  userAgent: string;
  brands: string;
  mobile: string;
  platform: string;
}

/** Parsing costs 3 µs and more; a thousand of them are nearly all that come to an isolate within minutes. */
const MAX_REMEMBERED = 1_000;
const MAX_REMEMBERED_CHARS = 1_024;

type Named = Pick<BrowserClient, 'device' | 'browser' | 'os' | 'isCrawler'>;
const remembered = new Map<string, Named>();

/** What browsers send is shorter; patterns may read a text as often as it is long. */
const MAX_HEADER_CHARS = 512;

/** Of a request that a page made. Country: what the platform found, never what the request says. */
export function browserClient(headers: Headers, country: string | null): BrowserClient {
  const header = (name: string) => (headers.get(name) ?? '').slice(0, MAX_HEADER_CHARS);
  const said: Said = {
    userAgent: header('user-agent'),
    brands: header('sec-ch-ua'),
    mobile: header('sec-ch-ua-mobile'),
    platform: header('sec-ch-ua-platform'),
  };
  return { ...namedOnce(said), country, site: siteOf(headers.get('origin') ?? '') };
}

function namedOnce(said: Said): Named {
  const key = `${said.brands}\n${said.mobile}\n${said.platform}\n${said.userAgent}`;
  const known = remembered.get(key);
  if (known) return known;
  const named = nameBrowser(said);
  if (key.length > MAX_REMEMBERED_CHARS) return named;
  if (remembered.size >= MAX_REMEMBERED) {
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  }
  remembered.set(key, named);
  return named;
}

export function nameBrowser(said: Said): Named {
  const { family, os } = browserOf(said.userAgent);
  const system = PLATFORMS[unquoted(said.platform)] ?? os;
  return {
    device: deviceOf(said, system),
    browser: brandOf(said.brands) ?? familyName(family, said.userAgent),
    os: system,
    isCrawler: isCrawler(said.userAgent),
  };
}

/** Brands that a User-Agent does not tell, or does not tell surely, by their names in `Sec-CH-UA`. */
const BRANDS: readonly (readonly [string, string])[] = [
  ['HeadlessChrome', 'Headless Chrome'],
  ['Microsoft Edge', 'Edge'],
  ['Opera', 'Opera'],
  ['Samsung Internet', 'Samsung Internet'],
  ['Brave', 'Brave'],
  ['Android WebView', 'other'],
];

function brandOf(brands: string): string | null {
  return BRANDS.find(([brand]) => brands.includes(`"${brand}"`))?.[1] ?? null;
}

/** What drives a browser without a screen is no bot here (bots.ts), and no Chrome that a person uses. */
function familyName(family: Browser['family'], userAgent: string): string {
  return family === 'bot' && userAgent.includes('HeadlessChrome/') ? 'Headless Chrome' : family;
}

const PLATFORMS: Readonly<Record<string, string>> = {
  Android: 'Android',
  'Chrome OS': 'ChromeOS',
  'Chromium OS': 'ChromeOS',
  iOS: 'iOS',
  Linux: 'Linux',
  macOS: 'macOS',
  Windows: 'Windows',
};

const TV =
  /SmartTV|SMART-TV|Smart-TV|GoogleTV|Google TV|Apple ?TV|HbbTV|NetCast|Web0S|NETTV|\bBRAVIA\b|\bAFT[A-Z]|CrKey|\bRoku|Tizen.*\bTV\b|\bTV Safari|PlayStation|Xbox|Android TV|\bDTV\b|VIDAA/;
const TABLET = /\biPad\b|\bTablet\b|\bKindle\b|PlayBook|\bSilk\/(?!.*Mobile)|\bTouchPad\b|\bGT-P\d|\bSM-T\d/;
const PHONE =
  /\biPhone\b|\biPod\b|Windows Phone|IEMobile|\bMobile\b|\bPhone\b|BlackBerry|\bBB10\b|Opera M(?:ini|obi)|Symbian|SymbOS|\bMIDP\b|\bNokia|KAIOS|webOS\//;
const DESKTOP: ReadonlySet<string> = new Set(['Windows', 'macOS', 'ChromeOS', 'Linux']);

/** An iPad that asks for the pages of a desktop says that it is a Mac: it counts as one. */
function deviceOf({ userAgent, mobile, platform }: Said, os: string): Device {
  if (TV.test(userAgent)) return 'tv';
  if (mobile === '?1') return 'mobile';
  // Chromium on a tablet says that it is not mobile, and that its platform is Android.
  if (mobile === '?0' && unquoted(platform) === 'Android') return 'tablet';
  if (TABLET.test(userAgent)) return 'tablet';
  if (PHONE.test(userAgent)) return 'mobile';
  if (os === 'Android') return 'tablet';
  if (os === 'iOS') return 'mobile';
  return DESKTOP.has(os) ? 'desktop' : 'other';
}

function unquoted(hint: string): string {
  return hint.length > 1 && hint.startsWith('"') && hint.endsWith('"') ? hint.slice(1, -1) : '';
}

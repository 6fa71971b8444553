import { type Chance, chance } from './random.ts';

/** One browser of the demo's shop, as its pages see it. */
export interface Visitor {
  userId: string;
  device: 'desktop' | 'mobile' | 'tablet';
  browser: 'Chrome' | 'Safari' | 'Firefox' | 'Edge';
  os: 'Windows' | 'macOS' | 'iOS' | 'Android' | 'Linux';
  country: string;
  connection: '4g' | '3g';
  /** How much longer everything takes than on a desk with a good line. */
  slowness: number;
}

export interface Visit {
  visitor: Visitor;
  sessionId: string;
}

/** Nobody can have this name (RFC 6761). */
export const SHOP = 'shop.example';
const VISITORS = 180;
/** A visit is over after this; the visitor's next one has another session. */
const VISIT_MS = 12 * 60_000;
/** A new release every three hours; in its first minutes half of the visitors still have the one before. */
const RELEASE_MS = 3 * 3_600_000;
const ROLLOUT_MS = 10 * 60_000;

type BrowserKind = Pick<Visitor, 'device' | 'browser' | 'os' | 'slowness'>;
const BROWSERS: readonly [BrowserKind, ...BrowserKind[]] = [
  { device: 'desktop', browser: 'Chrome', os: 'Windows', slowness: 0.9 },
  { device: 'desktop', browser: 'Chrome', os: 'macOS', slowness: 0.8 },
  { device: 'desktop', browser: 'Edge', os: 'Windows', slowness: 0.95 },
  { device: 'desktop', browser: 'Firefox', os: 'Linux', slowness: 0.85 },
  { device: 'mobile', browser: 'Safari', os: 'iOS', slowness: 1.1 },
  { device: 'mobile', browser: 'Safari', os: 'iOS', slowness: 1.1 },
  { device: 'mobile', browser: 'Chrome', os: 'Android', slowness: 1.5 },
  { device: 'mobile', browser: 'Chrome', os: 'Android', slowness: 1.5 },
  { device: 'tablet', browser: 'Safari', os: 'iOS', slowness: 1 },
];
type Country = Pick<Visitor, 'country' | 'slowness'>;
const COUNTRIES: readonly [Country, ...Country[]] = [
  { country: 'DE', slowness: 1 },
  { country: 'DE', slowness: 1 },
  { country: 'GB', slowness: 1.05 },
  { country: 'US', slowness: 1.15 },
  { country: 'US', slowness: 1.15 },
  { country: 'BR', slowness: 1.6 },
  { country: 'IN', slowness: 1.7 },
];

/** Who is there now. Each visitor is one browser for good, and a new session every twelve minutes. */
export function visitAt(ms: number, dice: Chance): Visit {
  const number = dice.int(1, VISITORS);
  const stretch = Math.floor((ms + number * 4_111) / VISIT_MS);
  return { visitor: visitorNamed(number), sessionId: `v-${chance(stretch * 1_009 + number).hex(16)}` };
}

function visitorNamed(number: number): Visitor {
  const dice = chance(number);
  const { slowness, ...browser } = dice.pick(BROWSERS);
  const place = dice.pick(COUNTRIES);
  const connection = browser.device === 'mobile' && dice.happens(0.2) ? '3g' : '4g';
  return {
    userId: `u-${String(number).padStart(4, '0')}`,
    ...browser,
    country: place.country,
    connection,
    slowness: slowness * place.slowness * (connection === '3g' ? 1.6 : 1),
  };
}

export interface Release {
  name: string;
  /** One in five brings a fault with it: a slower checkout and an error there. */
  isFaulty: boolean;
}

export function releaseAt(ms: number, dice: Chance): Release {
  const isBehind = ms % RELEASE_MS < ROLLOUT_MS && dice.happens(0.5);
  const index = Math.floor(ms / RELEASE_MS) - (isBehind ? 1 : 0);
  return { name: `shop@2.${Math.floor(index / 8) % 100}.${index % 8}`, isFaulty: index % 5 === 3 };
}

import type { Chance } from './random.ts';
import { chance } from './random.ts';

/** What the demo's shop sees of a browser. */
export interface DemoBrowser {
  deviceId: string;
  client: { address: string; userAgent: string; country: string; latitude: number; longitude: number };
}

/** An event of a customer of the demo's shop. Who has no fraud session yet signs in and registers first. */
export interface FraudCall {
  atMs: number;
  userId: string;
  browser: DemoBrowser;
  /** Whose cookies the browser sends: its own, or those that were stolen. */
  cookiesOf: string;
  references: { phone: string; email: string };
  event: { eventType: string; amountCents?: number; gateway?: string; success: boolean };
}

/** So many that each of them acts as seldom as a customer does: two or three times in ten minutes. */
const CUSTOMERS = 120;
/** One thing after the other goes wrong in each, and most of it is quiet. */
const STRETCH_MS = 8 * 60_000;
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

interface Place {
  country: string;
  latitude: number;
  longitude: number;
}
const PLACES = [
  { country: 'DE', latitude: 52.52, longitude: 13.4 },
  { country: 'GB', latitude: 51.51, longitude: -0.13 },
  { country: 'US', latitude: 40.71, longitude: -74.01 },
  { country: 'NL', latitude: 52.37, longitude: 4.9 },
] as const;
const FAR_AWAY: Place = { country: 'BR', latitude: -23.55, longitude: -46.63 };

/** The events of the second that starts at `secondMs`: a function of the time alone. About one in three seconds, three a second in a burst. */
export function fraudCallsOfSecond(secondMs: number): FraudCall[] {
  const dice = chance(secondMs / 1_000 + 7);
  const stretch = Math.floor(secondMs / STRETCH_MS);
  const second = Math.floor((secondMs % STRETCH_MS) / 1_000);
  return [
    ...(dice.happens(0.33) ? [ordinary(secondMs, dice)] : []),
    ...cardTesting(secondMs, stretch, second - 120),
    ...sharedDevice(secondMs, stretch, second - 240),
    ...stolenSession(secondMs, stretch, second - 360),
  ];
}

function ordinary(atMs: number, dice: Chance): FraudCall {
  const number = dice.int(1, CUSTOMERS);
  const call = of(atMs, customerNamed(number), browserOf(number, dice.happens(0.06)));
  const usualCents = 800 + ((number * 733) % 9_000);
  switch (dice.pick(['bet', 'bet', 'bet', 'deposit', 'deposit', 'withdrawal', 'profile'])) {
    case 'bet':
      return { ...call, event: { eventType: 'bet', amountCents: around(usualCents / 4, dice), success: true } };
    case 'deposit':
      return { ...call, event: paid('deposit', around(usualCents, dice), dice.happens(0.97)) };
    case 'withdrawal':
      return { ...call, event: paid('withdrawal', around(usualCents * 2, dice), true) };
    case 'profile':
      return { ...call, event: { eventType: 'profile_change', success: true } };
  }
}

/** Somebody tries stolen cards: three small payments in each of eight seconds, nearly all refused. */
function cardTesting(secondMs: number, stretch: number, since: number): FraudCall[] {
  if (since < 0 || since >= 8) return [];
  const dice = chance(secondMs / 1_000 + 11);
  const userId = `card-tester-${stretch % 1_000}`;
  const browser = browserAt(
    `bot-${stretch}`,
    `192.0.2.${(stretch % 250) + 1}`,
    FIREFOX,
    PLACES[stretch % PLACES.length] ?? PLACES[0],
  );
  return [100, 400, 700].map((ms) => ({
    ...of(secondMs + ms, userId, browser),
    event: paid('payment', dice.int(100, 300), dice.happens(0.06)),
  }));
}

/** Five accounts of one telephone, all with one number, each taking the welcome bonus. */
function sharedDevice(secondMs: number, stretch: number, since: number): FraudCall[] {
  if (since < 0 || since >= 50 || since % 10 !== 0) return [];
  const browser = browserAt(`ring-${stretch}`, `203.0.113.${(stretch % 250) + 1}`, SAFARI, PLACES[1]);
  const call = of(secondMs, `bonus-${stretch % 1_000}-${since / 10 + 1}`, browser);
  // Ofcom keeps 07700 900000 to 900999 for fiction.
  const references = { ...call.references, phone: `+44 7700 900${String(stretch % 1_000).padStart(3, '0')}` };
  return [{ ...call, references, event: paid('bonus_deposit', 1_000, true) }];
}

/** A customer acts at home, and a few seconds later somebody with the same cookies takes the money out on another continent. */
function stolenSession(secondMs: number, stretch: number, since: number): FraudCall[] {
  if (since !== 0 && since !== 9) return [];
  const number = (stretch % CUSTOMERS) + 1;
  const home = browserOf(number, false);
  const call = of(secondMs, customerNamed(number), home);
  if (since === 0) return [{ ...call, event: { eventType: 'bet', amountCents: 900, success: true } }];
  const thief = browserAt(`thief-${stretch}`, `198.51.100.${(stretch % 250) + 1}`, FIREFOX, FAR_AWAY);
  return [{ ...call, browser: thief, cookiesOf: home.deviceId, event: paid('withdrawal', 180_000, true) }];
}

function of(atMs: number, userId: string, browser: DemoBrowser): Omit<FraudCall, 'event'> {
  // Numbers that no one has: 555-0100 to 555-0199 of each area are kept for fiction.
  const digits = [...userId].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 70_000, 7);
  const phone = `+1 ${200 + Math.floor(digits / 100)} 555 01${String(digits % 100).padStart(2, '0')}`;
  return { atMs, userId, browser, cookiesOf: browser.deviceId, references: { phone, email: `${userId}@example.com` } };
}

function customerNamed(number: number): string {
  return `u-${String(number).padStart(4, '0')}`;
}

/** Each customer has a computer or a telephone, and some day another one. */
function browserOf(number: number, second: boolean): DemoBrowser {
  const place = PLACES[number % PLACES.length] ?? PLACES[0];
  const userAgent = (number % 2 === 0) === second ? SAFARI : CHROME;
  return browserAt(`device-${number}${second ? 'b' : 'a'}`, `198.18.0.${number}`, userAgent, place);
}

function browserAt(deviceId: string, address: string, userAgent: string, place: Place): DemoBrowser {
  return { deviceId, client: { address, userAgent, ...place } };
}

function paid(eventType: string, amountCents: number, success: boolean): FraudCall['event'] {
  return { eventType, amountCents, gateway: 'card', success };
}

/** Log-normal, as amounts are. */
function around(cents: number, dice: Chance): number {
  return Math.max(100, dice.latencyMs(cents));
}

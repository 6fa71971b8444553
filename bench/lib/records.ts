/** Log records as a payments product writes them: 230 to 300 bytes as JSON, from a fixed seed so that every run sends the same. */

const GATEWAYS = ['venmo', 'cashapp', 'paypal', 'zelle', 'wise', 'revolut'];
const SERVICES = ['payments', 'wagers', 'auth', 'ledger', 'edge-proxy'];
const TEXTS = [
  'transfer accepted by upstream',
  'wager placed and settled',
  'session refreshed for returning device',
  'balance check completed',
  'upstream answered with a retryable error',
];

/** mulberry32 (Tommy Ettinger, public domain). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A type and no interface, so that it is a Record<string, unknown> as well. */
export type BenchRecord = {
  ts: number;
  level: string;
  service: string;
  message: string;
  attrs: { userId: string; amountCents: number; status: number; durationMs: number; region: string; host: string };
};

export function makeRecord(next: () => number, ts: number): BenchRecord {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const failed = next() < 0.04;
  // A draw has 32 bits: of one alone, ten million references would hold some twice.
  const reference = (Math.floor(next() * 2 ** 20) * 2 ** 32 + Math.floor(next() * 2 ** 32)).toString(36);
  return {
    ts,
    level: failed ? 'error' : next() < 0.1 ? 'warn' : 'info',
    service: pick(SERVICES),
    message: `${pick(GATEWAYS)} ${pick(TEXTS)} ref=${reference} in ${Math.floor(next() * 900)} ms`,
    attrs: {
      userId: `u${Math.floor(next() * 100_000)}`,
      amountCents: Math.floor(next() * 250_000),
      status: failed ? 502 : 200,
      durationMs: Math.floor(next() * 900),
      region: pick(['eu-west-1', 'us-east-1', 'ap-south-1']),
      host: `edge-${Math.floor(next() * 40)}`,
    },
  };
}

/** NDJSON bodies of `perBody` records each. */
export function makeBodies(count: number, perBody: number, fromMs: number, seed = 1): Buffer[] {
  const next = random(seed);
  let ts = fromMs;
  return Array.from({ length: count }, () => {
    let body = '';
    for (let i = 0; i < perBody; i++) {
      ts += 3;
      body += `${JSON.stringify(makeRecord(next, ts))}\n`;
    }
    return Buffer.from(body);
  });
}

/**
 * The breaker's decisions a second, beside opossum and cockatiel in the same process. A peer's decision cannot be had without the call that it wraps, so the calls
 * of all are of the same async function that does nothing; ours is also shown alone. Node, whose V8 is workerd's to a few months.
 */
import { CountBreaker, circuitBreaker, handleAll, SamplingBreaker } from 'cockatiel';
import Opossum from 'opossum';
import { type Breaker, LiveBreaker, newBreaker, settle, ask as valueAsk } from '../src/delivery/breaker/index.ts';
import { DEFAULT_BREAKER } from '../src/wire/delivery.ts';
import { median, type Row, thousands } from './lib/row.ts';

const RUNS = 9;
const SETTINGS = { ...DEFAULT_BREAKER, minimumCalls: 50, openAbove: 0.5 };
const FINE = { failed: false, durationMs: 1 };
const FAILED = { failed: true, durationMs: 1 };

/** As an object asks: with the one time of its turn. A reading of the clock is a third of a call. */
const BY_TURN = 'ours, asked with the time of the turn';
/** Ours answers a refusal, where peers throw. */
const REFUSED = 'refused';

let sink = 0;

async function receiver(): Promise<void> {
  sink++;
}

async function failing(): Promise<void> {
  throw new Error('the receiver failed');
}

/** What a caller writes around ours. */
async function through(breaker: LiveBreaker, nowMs: number, call: () => Promise<void>): Promise<unknown> {
  const { permit } = breaker.ask(SETTINGS, nowMs);
  if (permit.kind === 'wait') return REFUSED;
  try {
    await call();
    breaker.settle(SETTINGS, permit, FINE, Date.now());
  } catch (error) {
    breaker.settle(SETTINGS, permit, FAILED, Date.now());
    throw error;
  }
}

interface Contender {
  call(action: () => Promise<void>): Promise<unknown>;
  end(): void;
}

function contenders(): Record<string, Contender> {
  const [live, liveByTurn] = [new LiveBreaker(newBreaker(Date.now())), new LiveBreaker(newBreaker(Date.now()))];
  let [turnMs, calls] = [Date.now(), 0];
  const { openAbove: threshold, windowCalls: size, minimumCalls, windowMs, probeAfterMs } = SETTINGS;
  // As fast as it can be: without percentiles and snapshots, which ours does not have either.
  const opossum = new Opossum((action: () => Promise<void>) => action(), {
    ...{ timeout: false, errorThresholdPercentage: threshold * 100, volumeThreshold: minimumCalls },
    ...{ resetTimeout: probeAfterMs, rollingCountTimeout: windowMs, rollingCountBuckets: 10 },
    ...{ rollingPercentilesEnabled: false, enableSnapshots: false },
  });
  const counting = new CountBreaker({ threshold, size, minimumNumberOfCalls: minimumCalls });
  const sampling = new SamplingBreaker({
    threshold,
    duration: windowMs,
    minimumRps: (minimumCalls * 1_000) / windowMs,
  });
  const [count, sample] = [counting, sampling].map((breaker) =>
    circuitBreaker(handleAll, { halfOpenAfter: probeAfterMs, breaker }),
  );
  const none = () => undefined;
  return {
    ours: { call: (action) => through(live, Date.now(), action), end: none },
    [BY_TURN]: {
      call: (action) => {
        if (++calls % 64 === 0) turnMs = Date.now();
        return through(liveByTurn, turnMs, action);
      },
      end: none,
    },
    opossum: { call: (action) => opossum.fire(action), end: () => opossum.shutdown() },
    'cockatiel (count)': { call: async (action) => count?.execute(action), end: none },
    'cockatiel (sampling)': { call: async (action) => sample?.execute(action), end: none },
  };
}

/** By the time of this process on a core: others that want it too make a run longer, not slower. */
async function perSecond(times: number, run: (times: number) => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run(times);
  const { user, system } = process.cpuUsage(before);
  return times / ((user + system) / 1e6);
}

/** Medians; runs take turns: what slows the machine for a while slows them all. */
async function compare(times: number, runs: Record<string, (times: number) => Promise<void>>) {
  const rates = new Map<string, number[]>();
  // The first of each warms up.
  for (let i = 0; i <= RUNS; i++)
    for (const [name, run] of Object.entries(runs)) {
      const rate = await perSecond(times, run);
      if (i > 0) rates.set(name, [...(rates.get(name) ?? []), rate]);
    }
  return (name: string) => median(rates.get(name) ?? []);
}

function peersOf(rateOf: (name: string) => number, names: readonly string[]): Record<string, string> {
  const times = (peer: number) => `${thousands(peer)}/s (we have ${(rateOf('ours') / peer).toFixed(2)} times as many)`;
  return Object.fromEntries(
    names.map((name) => [name, name === BY_TURN ? `${thousands(rateOf(name))}/s` : times(rateOf(name))]),
  );
}

async function callRow(): Promise<Row> {
  const all = contenders();
  const runs = Object.entries(all).map(([name, { call }]) => {
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) await call(receiver);
    };
    return [name, run] as const;
  });
  const rateOf = await compare(100_000, Object.fromEntries(runs));
  const peers = Object.keys(all).filter((name) => name !== 'ours');
  for (const { end } of Object.values(all)) end();
  return {
    what: 'calls/s through a closed breaker: ask, an async function that succeeds, settle',
    reach: '>= the fastest peer',
    ours: `${thousands(rateOf('ours'))}/s`,
    peers: peersOf(rateOf, peers),
  };
}

async function refusalRow(): Promise<Row> {
  const all = contenders();
  for (const { call } of Object.values(all)) for (let i = 0; i < 60; i++) await call(failing).catch(() => undefined);
  const reached = sink;
  const runs = Object.entries(all).map(([name, { call }]) => {
    const run = async (times: number) => {
      let refused = 0;
      for (let i = 0; i < times; i++) {
        try {
          if ((await call(receiver)) === REFUSED) refused++;
        } catch {
          refused++;
        }
      }
      // Ours lets a trickle through, and any of them a probe if 30 s pass.
      if (refused < times * 0.999) throw new Error(`${name} refused ${refused} of ${times} calls`);
    };
    return [name, run] as const;
  });
  const rateOf = await compare(50_000, Object.fromEntries(runs));
  const peers = Object.keys(all).filter((name) => name !== 'ours');
  for (const { end } of Object.values(all)) end();
  if (sink - reached > 100) throw new Error('a breaker was not open');
  return {
    what: 'calls/s refused by an open breaker (ours answers, peers reject with an error)',
    reach: '>= the fastest peer',
    ours: `${thousands(rateOf('ours'))}/s`,
    peers: peersOf(rateOf, peers),
  };
}

/** Without a call: what the object of a destination pays. */
async function aloneRow(): Promise<Row> {
  const live = new LiveBreaker(newBreaker(0));
  const open = new LiveBreaker(newBreaker(0));
  open.act(SETTINGS, 'open', 'bench', 0);
  let value: Breaker = newBreaker(0);
  let nowMs = 0;
  const rateOf = await compare(500_000, {
    ours: async (times) => {
      for (let i = 0; i < times; i++) {
        const { permit } = live.ask(SETTINGS, ++nowMs);
        if (permit.kind !== 'wait') live.settle(SETTINGS, permit, i % 7 === 0 ? FAILED : FINE, nowMs);
      }
    },
    refusals: async (times) => {
      for (let i = 0; i < times; i++) if (open.ask(SETTINGS, 1).permit.kind === 'wait') sink++;
    },
    values: async (times) => {
      for (let i = 0; i < times / 20; i++) {
        const asked = valueAsk(value, SETTINGS, ++nowMs);
        if (asked.permit.kind !== 'wait') value = settle(asked.breaker, SETTINGS, asked.permit, FINE, nowMs).breaker;
      }
    },
    stored: async (times) => {
      for (let i = 0; i < times / 20; i++) {
        const { permit } = live.ask(SETTINGS, ++nowMs);
        if (permit.kind !== 'wait') live.settle(SETTINGS, permit, FINE, nowMs);
        sink += JSON.stringify(live.value()).length;
      }
    },
  });
  if (live.look(SETTINGS, nowMs).state !== 'CLOSED' || open.look(SETTINGS, 1).state !== 'OPEN')
    throw new Error('a breaker is not in the state that was measured');
  return {
    what: 'decisions/s alone: ask and settle in place, 100 results in the window',
    reach: 'as measured',
    ours: `${thousands(rateOf('ours'))}/s`,
    peers: {
      'refusals while open, in place': `${thousands(rateOf('refusals'))}/s`,
      'ask and settle on values': `${thousands(rateOf('values') / 20)}/s`,
      'ask and settle in place, and the text to store': `${thousands(rateOf('stored') / 20)}/s`,
    },
  };
}

export async function run(): Promise<Row[]> {
  const rows = [await callRow(), await refusalRow(), await aloneRow()];
  if (sink === 0) throw new Error('nothing was called');
  return rows;
}

/**
 * What opossum (its README and its tests of volume threshold, half-open and reset) and cockatiel (its README and its tests of the count breaker, the sampling
 * breaker and the policy) publish about themselves, as tables that ours, and the libraries themselves, are held against.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type BreakerSettings, DEFAULT_BREAKER } from '../../../src/wire/delivery.ts';
import { type Contender, cockatiel, opossum, ours } from './breaker-peers.ts';

const T = Date.UTC(2026, 10, 27);

/** Without what the peers do not have: trickle, slow calls, leases that run out, a limit of count or of time where it has one of them alone. */
function like(settings: Partial<BreakerSettings>): BreakerSettings {
  return {
    ...DEFAULT_BREAKER,
    ...{ windowMs: 1e9, windowCalls: 1e6, minimumCalls: 1, openAbove: 0.5, closeBelow: 0.5, slowOpenAbove: 1 },
    ...{ probeAfterMs: 1_000, probes: 1, leaseMs: 1e9, trickleCalls: 0 },
    ...settings,
  };
}

type PeerName = 'opossum' | 'count' | 'sampling';

function contenders(settings: BreakerSettings, peers: readonly PeerName[]): [string, Contender][] {
  return [
    ['ours', ours(settings, () => Date.now())],
    ...peers.map((peer): [string, Contender] => [
      peer === 'opossum' ? peer : `cockatiel (${peer})`,
      peer === 'opossum' ? opossum(settings) : cockatiel(settings, peer),
    ]),
  ];
}

/** `x` a call that fails, `.` one that is fine, both let through, `!` one that is refused, each with `*times`; `+ms` time; `=STATE` what it is now. */
async function play(contender: Contender, script: string): Promise<string> {
  const seen: string[] = [];
  for (const step of script.trim().split(/\s+/)) {
    if (step.startsWith('+')) await vi.advanceTimersByTimeAsync(Number(step));
    if (step.startsWith('+')) seen.push(step);
    else if (step.startsWith('=')) seen.push(`=${contender.state()}`);
    else {
      const [kind, times = '1'] = step.split('*');
      const results = new Set<string>();
      for (let i = 0; i < Number(times); i++) {
        const result = await contender.call(kind !== '.');
        results.add(result === 'refused' ? '!' : kind === '!' ? 'through' : String(kind));
      }
      seen.push([...results].join('') + (times === '1' ? '' : `*${times}`));
    }
  }
  return seen.join(' ');
}

beforeEach(() => {
  vi.useFakeTimers({ now: T });
});

const half = like({ windowCalls: 100, minimumCalls: 50 });
const pairs = (times: number) => '. x +250 '.repeat(times);

describe('as its peers, a breaker', () => {
  it.each<[string, BreakerSettings, PeerName[], string]>([
    ['opens with the first failure where one call is enough', like({ openAbove: 0.01 }), ['opossum'], 'x =OPEN !*3'],
    ['has no rate with too few calls', like({ minimumCalls: 3 }), ['opossum'], 'x*2 =CLOSED x =OPEN !'],
    ['stays closed at its threshold', like({ minimumCalls: 2 }), ['opossum', 'count'], '. x =CLOSED x =OPEN !'],
    ['opens when all of two failed', like({ windowCalls: 2, minimumCalls: 2 }), ['count'], 'x =CLOSED x =OPEN !'],
    ['needs its minimum of calls', half, ['opossum', 'count'], 'x*49 =CLOSED'],
    ['stays closed with half of 50 failed', half, ['opossum', 'count'], '.*25 x*25 =CLOSED'],
    ['opens with 26 of 50 failed', half, ['opossum', 'count'], '.*24 x*25 =CLOSED x =OPEN !*2'],
    [
      'counts the newest five alone',
      like({ windowCalls: 5, minimumCalls: 5 }),
      ['count'],
      'x . . x . . x . . =CLOSED x =CLOSED x =OPEN',
    ],
    ['refuses until its time has come', like({}), ['opossum', 'count'], 'x =OPEN +999 ! +1 . =CLOSED'],
    ['closes with a probe that passed', like({}), ['opossum', 'count'], 'x ! +1000 . =CLOSED .*3 =CLOSED'],
    ['opens anew with a probe that failed', like({}), ['opossum', 'count'], 'x +1000 x =OPEN +999 ! +1 . =CLOSED'],
    [
      'opens again with one failed probe, whatever its minimum of calls',
      like({ minimumCalls: 2, probeAfterMs: 300, windowMs: 300 }),
      ['opossum'],
      'x =CLOSED x =OPEN +450 x =OPEN',
    ],
    ['has forgotten, once closed, what opened it', half, ['count'], 'x*50 =OPEN +1000 . =CLOSED x =CLOSED'],
    [
      'closes with three of ten probes failed',
      like({ probes: 10, closeBelow: 0.35 }),
      ['count'],
      'x =OPEN +1000 x*3 =HALF_OPEN .*6 =HALF_OPEN . =CLOSED',
    ],
    [
      'opens again with the fourth of ten probes',
      like({ probes: 10, closeBelow: 0.35 }),
      ['count'],
      'x +1000 x*3 =HALF_OPEN x =OPEN !',
    ],
    [
      'does not open below its rate of calls',
      like({ windowMs: 5_000, minimumCalls: 15 }),
      ['sampling', 'opossum'],
      `${'x +500 '.repeat(10)} =CLOSED`,
    ],
    ...[10, 13, 16, 19].map((times): [string, BreakerSettings, PeerName[], string] => [
      `stays on its edge for ${times} pairs, and opens with one failure more`,
      like({ windowMs: 5_000, minimumCalls: 15 }),
      ['sampling', 'opossum'],
      `${pairs(times)} =CLOSED x =OPEN`,
    ]),
    [
      'forgets failures with time, also while nobody calls',
      like({ windowMs: 10_000, minimumCalls: 3 }),
      ['opossum'],
      'x*2 +11000 x =CLOSED x =CLOSED x =OPEN',
    ],
  ])('%s', async (_, settings, peers, script) => {
    const expected = script.trim().split(/\s+/).join(' ');
    for (const [name, contender] of contenders(settings, peers))
      expect([name, await play(contender, script)]).toEqual([name, expected]);
  });

  it.each<[number, PeerName[]]>([
    [1, ['opossum', 'count']],
    [3, ['count']],
    [10, ['count', 'sampling']],
  ])('lets exactly %d probes of a thousand callers through, and closes by them', async (probes, peers) => {
    const settings = like({ probes, minimumCalls: 2, windowMs: 5_000, windowCalls: 100 });
    for (const [name, contender] of contenders(settings, peers)) {
      expect([name, await play(contender, 'x*2 =OPEN +1000')]).toEqual([name, 'x*2 =OPEN +1000']);
      const { through, end } = await contender.together(1_000);
      expect([name, through, contender.state()]).toEqual([name, probes, 'HALF_OPEN']);
      await end();
      expect([name, contender.state()]).toEqual([name, 'CLOSED']);
    }
  });

  it('is ready to probe where its process ended while it was half open', async () => {
    for (const [name, contender] of contenders(like({ windowCalls: 10 }), ['count'])) {
      await play(contender, 'x +1000');
      expect((await contender.together(5)).through).toBe(1);
      contender.restart?.();
      expect([name, await play(contender, '. =CLOSED')]).toEqual([name, '. =CLOSED']);
    }
  });
});

describe('otherwise than its peers, on purpose, a breaker', () => {
  it.each<[string, BreakerSettings, string, string[]]>([
    [
      'begins anew when it closes, where opossum goes on with the failures that opened it',
      like({ minimumCalls: 3 }),
      'x*3 +1000 . x',
      ['ours CLOSED', 'opossum OPEN', 'cockatiel (count) CLOSED'],
    ],
    [
      'forgets while nobody calls, where the sampling of cockatiel keeps what it had before',
      like({ minimumCalls: 15, windowMs: 5_000 }),
      'x*14 +60000 x',
      ['ours CLOSED', 'opossum CLOSED', 'cockatiel (sampling) OPEN'],
    ],
    [
      'closes as soon as the probes to come cannot change it',
      like({ probes: 10, closeBelow: 0.35, windowCalls: 10 }),
      'x +1000 .*7',
      ['ours CLOSED', 'cockatiel (count) HALF_OPEN'],
    ],
    [
      'opens with the call that makes its minimum, though that one was fine',
      like({ openAbove: 0.25, minimumCalls: 5 }),
      'x*2 .*3',
      ['ours OPEN', 'opossum CLOSED', 'cockatiel (count) CLOSED'],
    ],
  ])('%s', async (_, settings, script, expected) => {
    const peers = (['opossum', 'count', 'sampling'] as const).filter((peer) =>
      expected.some((text) => text.includes(peer)),
    );
    const states: string[] = [];
    for (const [name, contender] of contenders(settings, peers)) {
      await play(contender, script);
      states.push(`${name} ${contender.state()}`);
    }
    expect(states).toEqual(expected);
  });
});

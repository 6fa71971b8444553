import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRACE_MS, judge, newestFrom, type RotationState, refreshOf, rotate } from '../../src/auth/rotation.ts';
import { sha256Hex } from '../../src/shared/hash.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const NOW_MS = 1_800_000_000_000;
const FIRST = 'the secret of the sign-in';
const one = configWith({ sessionSecrets: [SECRET_1] });
const both = configWith({ sessionSecrets: [SECRET_2, SECRET_1] });

const fresh = (): RotationState => ({ secretHash: sha256Hex(FIRST), superseded: [] });

let nonces = 0;
function next(
  config: typeof one,
  state: RotationState,
  secret: string,
  nowMs: number,
  provenAtMs: number | null = null,
) {
  return rotate(config, state, secret, { nonce: `nonce-${++nonces}`, nowMs, provenAtMs });
}

describe('a secret', () => {
  const { secret, state } = next(one, fresh(), FIRST, NOW_MS);

  it('is current until it is superseded, and then in grace for 30 s to the millisecond', () => {
    expect(judge(fresh(), FIRST, NOW_MS)).toEqual({ kind: 'current' });
    expect(judge(state, secret, NOW_MS + 1e9)).toEqual({ kind: 'current' });
    expect(judge(state, FIRST, NOW_MS + GRACE_MS - 1)).toEqual({ kind: 'in_grace', index: 0, provenAtMs: null });
    expect(judge(state, FIRST, NOW_MS + GRACE_MS)).toEqual({ kind: 'reused' });
  });

  it('is in grace for a request that started before the rotation, but not because the clock was set back', () => {
    expect(judge(state, FIRST, NOW_MS - 500).kind).toBe('in_grace');
    expect(judge(state, FIRST, NOW_MS - GRACE_MS).kind).toBe('reused');
  });

  it('that the session never had is reuse, and so is anything where a row has none', () => {
    expect(judge(state, 'made up', NOW_MS).kind).toBe('reused');
    expect(judge({ secretHash: '', superseded: [] }, '', NOW_MS).kind).toBe('reused');
  });

  it('leads its holder to the newest, over several rotations and over a change of signing secrets', () => {
    const second = next(both, state, secret, NOW_MS + 1_000);
    expect(newestFrom(both, second.state, FIRST, 0)).toBe(second.secret);
    expect(newestFrom(both, second.state, secret, 1)).toBe(second.secret);
  });

  it('leads nowhere when a signing secret on the way is dropped within the grace, and opens nothing by itself', () => {
    const second = next(both, state, secret, NOW_MS + 1_000);
    expect(newestFrom(one, second.state, FIRST, 0)).toBeNull();
    expect(newestFrom(configWith({ sessionSecrets: [SECRET_2] }), second.state, FIRST, 0)).toBeNull();
    const renamed = configWith({ sessionSecrets: [{ ...SECRET_1, secret: SECRET_2.secret }] });
    expect(newestFrom(renamed, state, FIRST, 0)).toBeNull();
  });

  it('has a successor that follows from neither the row nor the old secret alone', () => {
    const row = JSON.stringify(state);
    expect(row).not.toContain(secret);
    expect(row).not.toContain(FIRST);
    const other = configWith({ sessionSecrets: [{ ...SECRET_2, kid: SECRET_1.kid }] });
    const nonce = state.superseded[0]?.n ?? '';
    expect(rotate(other, fresh(), FIRST, { nonce, nowMs: NOW_MS, provenAtMs: null }).secret).not.toBe(secret);
    expect(rotate(one, fresh(), 'another', { nonce, nowMs: NOW_MS, provenAtMs: null }).secret).not.toBe(secret);
    expect(rotate(one, fresh(), FIRST, { nonce, nowMs: NOW_MS, provenAtMs: null }).secret).toBe(secret);
  });

  it('of before a step-up keeps the proof that it had', () => {
    const proven = next(one, state, secret, NOW_MS + 5_000, NOW_MS - 1e6);
    const later = next(one, proven.state, proven.secret, NOW_MS + 6_000);
    const at = NOW_MS + 7_000;
    expect(judge(later.state, FIRST, at)).toMatchObject({ kind: 'in_grace', provenAtMs: NOW_MS - 1e6 });
    expect(judge(later.state, secret, at)).toMatchObject({ kind: 'in_grace', provenAtMs: NOW_MS - 1e6 });
    expect(judge(later.state, proven.secret, at)).toMatchObject({ kind: 'in_grace', provenAtMs: null });
  });
});

describe('a row', () => {
  it('keeps what is in grace', () => {
    const first = next(one, fresh(), FIRST, NOW_MS);
    const second = next(one, first.state, first.secret, NOW_MS + GRACE_MS - 1);
    expect(second.state.superseded.map(({ at }) => at)).toEqual([NOW_MS, NOW_MS + GRACE_MS - 1]);
    const third = next(one, second.state, second.secret, NOW_MS + GRACE_MS);
    expect(third.state.superseded.map(({ at }) => at)).toEqual([NOW_MS + GRACE_MS - 1, NOW_MS + GRACE_MS]);
  });

  it('gets no further successor by a refresh until answers with the last one have arrived', () => {
    const { state } = next(one, fresh(), FIRST, NOW_MS);
    const at = (ageMs: number) => refreshOf(state, NOW_MS + ageMs);
    expect(refreshOf(fresh(), NOW_MS)).toBe('rotate');
    expect([at(-1), at(0), at(GRACE_MS - 1)]).toEqual(['repeat', 'repeat', 'repeat']);
    expect([at(GRACE_MS), at(2 * GRACE_MS - 1)]).toEqual(['keep', 'keep']);
    expect([at(2 * GRACE_MS), at(-1e9)]).toEqual(['rotate', 'rotate']);
  });
});

/** A request of a tab with the cookie of when it was sent; its answer takes its own time, so that answers overtake each other. */
interface Request {
  cookie: string;
  refresh: boolean;
  atMs: number;
  answerTakesMs: number;
}

/** A browser whose tabs share a cookie, and the one row. */
interface World {
  nowMs: number;
  state: RotationState;
  cookie: string;
  /** What is due, request or answer. */
  due: { atMs: number; happen(): void }[];
  /** Every secret that was ever the newest. */
  all: string[];
}

/** What the cookie of the answer is, null where it has none: src/auth/refresh.ts in short. */
function answerTo(world: World, { cookie, refresh }: Request): string | null {
  const verdict = judge(world.state, cookie, world.nowMs);
  expect(verdict.kind).not.toBe('reused');
  if (!refresh || verdict.kind === 'reused') return null;
  if (verdict.kind === 'in_grace') return newestFrom(both, world.state, cookie, verdict.index);
  switch (refreshOf(world.state, world.nowMs)) {
    case 'keep':
      return null;
    case 'repeat':
      return cookie;
    case 'rotate': {
      const { secret, state } = next(world.nowMs % 3 === 0 ? both : one, world.state, cookie, world.nowMs);
      world.state = state;
      world.all.push(secret);
      return secret;
    }
  }
}

function runUntil(world: World, atMs: number): void {
  for (;;) {
    const next = world.due.filter((one) => one.atMs <= atMs).sort((a, b) => a.atMs - b.atMs)[0];
    if (!next) break;
    world.due.splice(world.due.indexOf(next), 1);
    world.nowMs = next.atMs;
    next.happen();
  }
  world.nowMs = atMs;
}

function send(world: World, request: Request): void {
  world.due.push({
    atMs: request.atMs,
    happen() {
      const answer = answerTo(world, request);
      if (answer === null) return;
      world.due.push({
        atMs: world.nowMs + request.answerTakesMs,
        happen() {
          world.cookie = answer;
        },
      });
    },
  });
}

const oneWayMs = fc.integer({ min: 0, max: GRACE_MS / 2 - 1 });
const step = fc.record({
  kind: fc.constantFrom('send', 'send', 'send', 'wait'),
  refresh: fc.boolean(),
  takesMs: oneWayMs,
  answerTakesMs: oneWayMs,
  waitMs: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 3 * GRACE_MS })),
});

function play(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): World {
  const world: World = { nowMs: NOW_MS, state: fresh(), cookie: FIRST, due: [], all: [FIRST] };
  for (const { kind, refresh, takesMs, answerTakesMs, waitMs } of steps) {
    if (kind === 'wait') runUntil(world, world.nowMs + waitMs);
    else send(world, { cookie: world.cookie, refresh, atMs: world.nowMs + takesMs, answerTakesMs });
  }
  runUntil(world, world.nowMs + GRACE_MS);
  return world;
}

describe('tabs of one browser, in any interleaving with round trips below the grace', () => {
  it('are never signed out and never fork: what they end with is the newest secret', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const world = play(steps);
        expect(judge(world.state, world.cookie, world.nowMs)).toEqual({ kind: 'current' });
        expect(world.all.at(-1)).toBe(world.cookie);
      }),
      { numRuns: 500 },
    );
  });

  it('have left nothing that is good after the grace: every secret of before is reuse', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), fc.nat(1e9), (steps, moreMs) => {
        const world = play(steps);
        const lastMs = world.state.superseded.at(-1)?.at ?? world.nowMs;
        for (const old of world.all.slice(0, -1)) {
          expect(judge(world.state, old, lastMs + GRACE_MS + moreMs).kind).toBe('reused');
        }
      }),
    );
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chatAnswerAt, pagerAnswerAt, startReceiver } from '../../scripts/demo/receiver.ts';

const SECOND_MS = 1_000;
const CYCLE_MS = 20 * 60 * SECOND_MS;

describe('the receiver of the demo', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'demo-receiver-'));
    file = path.join(dir, 'port');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('answers at the port that destinations have in their URL, from one start to the next', async () => {
    const first = await startReceiver(file);
    expect(first?.url).toBe(`http://127.0.0.1:${readFileSync(file, 'utf8').trim()}`);
    expect((await fetch(`${first?.url}/elsewhere`, { method: 'POST', body: '{}' })).status).toBe(404);
    // Only one at a time: who finds the port taken goes without.
    expect(await startReceiver(file)).toBeNull();
    await first?.stop();
    const second = await startReceiver(file);
    expect(second?.url).toBe(first?.url);
    const answer = await fetch(`${second?.url}/chat`, { method: 'POST', body: '{}' });
    expect([200, 429]).toContain(answer.status);
    await second?.stop();
  });

  it('is well for nine tenths of the time, and fails long enough to open a breaker', () => {
    const seconds = Array.from({ length: CYCLE_MS / SECOND_MS }, (_, i) => pagerAnswerAt(i * SECOND_MS));
    const failing = seconds.filter(({ status }) => status === 503).length;
    expect(failing).toBe(90);
    expect(seconds.filter(({ afterMs }) => afterMs > 4_000)).toHaveLength(30);
    expect(seconds.filter(({ status, afterMs }) => status === 200 && afterMs < 200).length).toBe(seconds.length - 120);
  });

  it('says for how long the chat takes no more', () => {
    const refusals = Array.from({ length: CYCLE_MS / SECOND_MS }, (_, i) => chatAnswerAt(i * SECOND_MS)).filter(
      ({ status }) => status !== 200,
    );
    expect(refusals).toHaveLength(10);
    expect(refusals.every(({ status, retryAfterSeconds }) => status === 429 && retryAfterSeconds === 5)).toBe(true);
  });
});

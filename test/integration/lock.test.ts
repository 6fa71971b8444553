import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { type LockOwner, takeLock } from '../../scripts/start/lock.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

const LOCKS = 150;
const GAP_MS = 10;

/**
 * Wants lock after lock, each at an agreed moment, so that two of these meet in the same microseconds. Prints those that it got, and
 * keeps them until its input ends.
 */
const CONTENDER = `
  import { once } from 'node:events';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { takeLock } from ${JSON.stringify(path.join(PROJECT_DIR, 'scripts/start/lock.ts'))};
  const [dir, startMs] = process.argv.slice(1);
  const taken = [];
  for (let i = 0; i < ${LOCKS}; i++) {
    while (Date.now() < Number(startMs) + i * ${GAP_MS});
    takeLock(dir + '/' + i, dir, '').then(() => taken.push(i), () => undefined);
    await sleep(2);
  }
  await sleep(100);
  console.log(JSON.stringify(taken));
  await once(process.stdin.resume(), 'end');
  process.exit();
`;

/** The locks that each of two starts got. */
async function contend(dir: string): Promise<number[][]> {
  const startMs = Date.now() + 1_000;
  const contenders = [0, 1].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', CONTENDER, dir, String(startMs)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const taken = contenders.map(async ({ stdout }) => {
    for await (const text of stdout.setEncoding('utf8')) return JSON.parse(String(text)) as number[];
    throw new Error('a contender ended early');
  });
  try {
    return await Promise.all(taken);
  } finally {
    for (const { stdin } of contenders) stdin.end();
  }
}

/** A process that is no more: the largest id that Linux gives is 2^22. */
const GONE: LockOwner = { pid: 2 ** 23, startedAt: '1', url: '', server: null };

describe('the lock of a state folder', () => {
  it.each([
    ['is new', null],
    ['was left by a start that was killed', JSON.stringify(GONE)],
    ['was cut off by a crash of the machine', '{"pid": 12'],
  ])('that %s goes to one of two starts at the same moment', async (_, left) => {
    const dir = temporaryFolder('lock');
    const names = Array.from({ length: LOCKS }, (_, i) => String(i));
    if (left !== null) for (const name of names) writeFileSync(path.join(dir, name), left);
    const taken = (await contend(dir)).flat();
    expect(taken.toSorted((a, b) => a - b)).toEqual(names.map(Number));
    expect(
      readdirSync(dir)
        .filter((name) => !/\.\d+$/.test(name))
        .toSorted(),
    ).toEqual(names.toSorted());
  });

  it('names its owner to the next start, and is free when released', async () => {
    const file = path.join(temporaryFolder('lock'), 'lock.json');
    const lock = await takeLock(file, 'the folder', 'http://127.0.0.1:1');
    const next = takeLock(file, 'the folder', 'http://127.0.0.1:2');
    await expect(next).rejects.toThrow(`Another start (process ${process.pid}, http://127.0.0.1:1) already uses`);
    lock.release();
    (await takeLock(file, 'the folder', 'http://127.0.0.1:2')).release();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });
});

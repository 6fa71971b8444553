import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftFolders } from '../helpers/node/run-folder.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

it('a run takes away what runs left that were killed, and nothing of one that goes on', () => {
  const parent = temporaryFolder('runs');
  // Linux gives no process a number beyond 2^22.
  const [ended, living] = [2 ** 22 + 1, process.pid];
  for (const name of [`breakwater-run${ended}-a`, `breakwater-run${living}-b`, 'breakwater-state-c', 'other'])
    mkdirSync(path.join(parent, name, 'in it'), { recursive: true });
  removeLeftFolders(parent);
  expect(readdirSync(parent).sort()).toEqual([`breakwater-run${living}-b`, 'breakwater-state-c', 'other']);
});

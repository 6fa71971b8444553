import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';

/** Public test data that is too large, or licensed too narrowly, to be part of the project. */
const DATA_DIR = path.resolve(PROJECT_DIR, '../shared/data');

/** Null when the data is not here. */
export function readData(...name: string[]): Buffer | null {
  const file = path.join(DATA_DIR, ...name);
  return existsSync(file) ? readFileSync(file) : null;
}

/** Why a test that needs the data is skipped. */
export function absent(...name: string[]): string {
  return `there is no ../shared/data/${name.join('/')} beside this checkout`;
}

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readIfThere } from '../start/state-folder.ts';
import { hashFiles } from './hash-files.ts';
import { PROJECT_DIR } from './run.ts';

export interface Build {
  name: string;
  /** Patterns of everything that the result depends on. The lock file stands for the versions of all packages. */
  sources: readonly string[];
  /** A file that is there when the result is. */
  product: string;
  make: () => Promise<void>;
}

/** Makes what is built from sources, unless it is there from exactly these. */
export async function buildOnce({ name, sources, product, make }: Build): Promise<'built' | 'unchanged'> {
  const mark = path.join(PROJECT_DIR, `node_modules/.cache/breakwater/${name}.sha256`);
  const hash = hashFiles([...sources]);
  if (readIfThere(mark) === hash && existsSync(path.join(PROJECT_DIR, product))) return 'unchanged';
  await make();
  mkdirSync(path.dirname(mark), { recursive: true });
  writeFileSync(mark, hash);
  return 'built';
}

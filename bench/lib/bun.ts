import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const VERSION = '1.4.5';

/** Installs Bun from npm into a temporary folder and returns its binary. Its install script is not run: the platform package holds the binary. */
export function installBun(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-bun-'));
  const name = `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`;
  execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--prefix', folder, `${name}@${VERSION}`], {
    stdio: 'ignore',
  });
  return path.join(folder, 'node_modules', name, 'bin', 'bun');
}

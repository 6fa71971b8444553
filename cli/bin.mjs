#!/usr/bin/env node
// The command `breakwater`. Plain JavaScript of 2019, because an older Node cannot parse a .ts file: that one hands over to the Node that
// `npm install` brought, and only where there is none says what is wrong.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The first release of Node 22 that runs TypeScript without a flag, as scripts/launch.mjs has it. */
const MIN_MAJOR = 22;
const MIN_MINOR = 18;

const here = path.dirname(fileURLToPath(import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > MIN_MAJOR || (major === MIN_MAJOR && minor >= MIN_MINOR)) {
  const { main } = await import(pathToFileURL(path.join(here, 'main.ts')).href);
  await main(process.argv.slice(2));
} else {
  const own = path.join(here, '../node_modules/.bin/node');
  if (existsSync(own)) {
    const { status } = spawnSync(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    process.exit(status === null ? 1 : status);
  }
  console.error(
    `breakwater needs Node ${MIN_MAJOR}.${MIN_MINOR} or newer and this is ${process.versions.node}: ` +
      `run "npm install" in ${path.dirname(here)}, which brings its own Node on Linux and on Apple silicon.`,
  );
  process.exit(1);
}

// Runs one of the project's TypeScript entries: `node scripts/launch.mjs scripts/start.ts …`.
// Plain JavaScript of 2019, because an older Node cannot parse a .ts file, and could then not say what is wrong.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The first release of Node 22 that runs TypeScript without a flag. */
const MIN_MAJOR = 22;
const MIN_MINOR = 18;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < MIN_MAJOR || (major === MIN_MAJOR && minor < MIN_MINOR)) {
  console.error(
    `Breakwater needs Node ${MIN_MAJOR}.${MIN_MINOR} or newer and this is ${process.versions.node}: ` +
      `run "npm install" first, which brings its own Node on Linux and on Apple silicon, and start with "npm start" ` +
      `(on other systems, install a newer Node).`,
  );
  process.exit(1);
}

const entry = path.resolve(process.argv[2]);
process.argv = [process.argv[0], entry, ...process.argv.slice(3)];
await import(pathToFileURL(entry).href);

/** What an isolate does before its first request (ADR 34), read from the Worker's bundle: what it imports, and what zod builds while it is evaluated. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../scripts/lib/run.ts';
import { sources } from '../helpers/node/sources.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

/** Measured to cost milliseconds each while they are evaluated; the second is of the first. */
const HEAVY = ['@simplewebauthn/server', '@peculiar/x509', 'tldts'];

/** Of esbuild's metafile. */
interface Metafile {
  inputs: Record<string, { imports: { path: string; kind: string; external?: boolean }[] }>;
  outputs: Record<string, { entryPoint?: string }>;
}

let folder: string;
let metafile: Metafile;

beforeAll(async () => {
  folder = temporaryFolder('start-up');
  const built = await run('wrangler', ['deploy', '--dry-run', '--outdir', folder, '--metafile']);
  if (built.code !== 0) throw new Error(`the Worker does not bundle:\n${built.output}`);
  metafile = JSON.parse(readFileSync(path.join(folder, 'bundle-meta.json'), 'utf8'));
});

/** Every file that is reached from the entry without an import(): esbuild evaluates the others when they are first imported. */
function evaluatedAtStart(): ReadonlySet<string> {
  const entry = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)?.entryPoint;
  if (entry === undefined) throw new Error('the bundle has no entry');
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const { path: target, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (!external && kind !== 'dynamic-import') reached.add(target);
    }
  }
  return reached;
}

/** How many of each kind zod builds while the bundle is evaluated; counted by its hook for every schema and check that is made. */
function schemasBuiltAtStart(): Record<string, number> {
  const bundle = readFileSync(path.join(folder, 'worker.js'), 'utf8');
  writeFileSync(path.join(folder, 'worker.mjs'), bundle.replaceAll('"cloudflare:workers"', '"./workers.mjs"'));
  writeFileSync(
    path.join(folder, 'workers.mjs'),
    'export class DurableObject {}\nexport const env = {};\nexport function waitUntil() {}\n',
  );
  writeFileSync(
    path.join(folder, 'count.mjs'),
    `const built = {};
     const postProcessor = ({ _zod: { def } }) => { built[def.type ?? def.check] = (built[def.type ?? def.check] ?? 0) + 1; };
     globalThis.__zod_globalConfig = { postProcessor };
     await import('./worker.mjs');
     process.stdout.write(JSON.stringify(built), () => process.exit(0));`,
  );
  return JSON.parse(execFileSync(process.execPath, [path.join(folder, 'count.mjs')], { encoding: 'utf8' }));
}

describe('the start of an isolate', () => {
  it('evaluates no library that is heavy and seldom used: such a one is imported where it is used', () => {
    const all = Object.keys(metafile.inputs);
    const early = evaluatedAtStart();
    expect(early.size).toBeGreaterThan(500);
    for (const name of HEAVY) {
      const files = all.filter((file) => file.includes(`node_modules/${name}/`));
      expect(files, `${name} is in the bundle`).not.toEqual([]);
      expect(
        files.filter((file) => early.has(file)),
        `${name} is evaluated at the start`,
      ).toEqual([]);
    }
  });

  it('builds no schema: each is a z.lazy, built when the first request is checked against it', () => {
    const { lazy = 0, ...others } = schemasBuiltAtStart();
    expect(others).toEqual({});
    expect(lazy).toBeGreaterThan(100);
  });

  it('has no part of zod that nobody uses: only a namespace import leaves its languages out', () => {
    const files = sources('src/**/*.ts', 'durable-objects/**/*.ts');
    const importers = files.filter(({ imports }) => imports.some(({ target }) => target === 'zod'));
    expect(importers.length).toBeGreaterThan(30);
    expect(
      importers.filter(({ code }) => /import (?!(type )?\* as z from)[^;]*'zod'/.test(code)).map(({ file }) => file),
    ).toEqual([]);
  });
});

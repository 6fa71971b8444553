/** The browser SDK as a package: an ES module with types, and nothing that it depends on. `node scripts/sdk-package.ts` makes it in dist-client/. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT_DIR, run } from '../lib/run.ts';
import { SDK_VERSION_DEFINE } from './build.ts';
import { bundle } from './bundle.ts';

const MANIFEST = {
  name: '@breakwater/client',
  version: packageJson.version,
  description: 'Browser SDK of Breakwater: web vitals, errors, page views, events and metrics.',
  license: packageJson.license,
  type: 'module',
  exports: { '.': { types: './types/sdk/index.d.ts', default: './index.js' }, './package.json': './package.json' },
  types: './types/sdk/index.d.ts',
  sideEffects: false,
};

export async function buildSdkPackage(outDir: string): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  const options = { format: 'es', define: SDK_VERSION_DEFINE } as const;
  const files = {
    'index.js': await bundle({ entry: 'src/sdk/index.ts', secondPart: 'beside', ...options }),
    'extra.js': await bundle({ entry: 'src/sdk/extra/index.ts', ...options }),
  };
  for (const [name, { code, map }] of Object.entries(files)) {
    writeFileSync(path.join(outDir, name), `${code.trimEnd()}\n//# sourceMappingURL=${name}.map\n`);
    writeFileSync(path.join(outDir, `${name}.map`), map);
  }
  await writeTypes(path.join(outDir, 'types'));
  writeFileSync(path.join(outDir, 'package.json'), `${JSON.stringify(MANIFEST, null, 2)}\n`);
  cpSync(path.join(PROJECT_DIR, 'LICENSE'), path.join(outDir, 'LICENSE'));
  cpSync(path.join(PROJECT_DIR, 'scripts/sdk/package-readme.md'), path.join(outDir, 'README.md'));
}

/** The declarations that the entry needs, and those that they need. */
async function writeTypes(outDir: string): Promise<void> {
  const all = mkdtempSync(path.join(os.tmpdir(), 'breakwater-types-'));
  try {
    const emit = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', '.', '--outDir', all];
    const { code, output } = await run('tsc', ['-p', 'tsconfig.sdk.json', ...emit]);
    if (code !== 0) throw new Error(`The types of the SDK cannot be made:\n${output}`);
    const written = new Set<string>();
    const write = (file: string): void => {
      if (written.has(file)) return;
      written.add(file);
      // What is read by every resolution, also Node's, are the names that files have as modules.
      const text = readFileSync(path.join(all, 'src', file), 'utf8').replace(/(from '\.[^']*)\.ts'/g, "$1.js'");
      mkdirSync(path.dirname(path.join(outDir, file)), { recursive: true });
      writeFileSync(path.join(outDir, file), text);
      for (const [, imported = ''] of text.matchAll(/from '(\.[^']*)\.js'/g)) {
        write(`${path.posix.join(path.posix.dirname(file), imported)}.d.ts`);
      }
    };
    write('sdk/index.d.ts');
  } finally {
    rmSync(all, { recursive: true, force: true });
  }
}

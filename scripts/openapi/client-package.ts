import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { PROJECT_DIR } from '../lib/run.ts';
import { buildOpenapi } from '../start/openapi.ts';
import { clientTypes } from './client-types.ts';

const MANIFEST = {
  name: '@breakwater/api',
  version: packageJson.version,
  description: 'The HTTP API of Breakwater, typed.',
  license: packageJson.license,
  type: 'module',
  exports: { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' },
  types: './index.d.ts',
  sideEffects: false,
  dependencies: { 'openapi-fetch': packageJson.devDependencies['openapi-fetch'] },
};

/** The typed client as a package: client/, and the types that the document of the API makes. */
export async function buildClientPackage(outDir: string): Promise<void> {
  await buildOpenapi();
  const document = JSON.parse(readFileSync(path.join(PROJECT_DIR, 'dist/openapi/openapi.json'), 'utf8'));
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  cpSync(path.join(PROJECT_DIR, 'client'), outDir, { recursive: true });
  cpSync(path.join(PROJECT_DIR, 'LICENSE'), path.join(outDir, 'LICENSE'));
  writeFileSync(path.join(outDir, 'paths.d.ts'), await clientTypes(document));
  writeFileSync(path.join(outDir, 'package.json'), `${JSON.stringify(MANIFEST, null, 2)}\n`);
}

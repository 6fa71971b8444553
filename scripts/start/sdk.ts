import { buildOnce } from '../lib/build-once.ts';

/** Builds dist/sdk/ unless it holds a build of exactly these sources. After the dashboard, whose build empties dist/. */
export function buildSdk(): Promise<'built' | 'unchanged'> {
  return buildOnce({
    name: 'sdk',
    sources: [
      'src/sdk/**/*',
      'src/wire/**/*',
      'scripts/sdk/**/*',
      'tsconfig.base.json',
      'package.json',
      'package-lock.json',
    ],
    product: 'dist/sdk/hashes.json',
    async make() {
      // Loaded when it is needed: most starts build nothing.
      const { buildSdkFiles } = await import('../sdk/build.ts');
      await buildSdkFiles();
    },
  });
}

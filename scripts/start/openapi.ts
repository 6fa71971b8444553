import { buildOnce } from '../lib/build-once.ts';
import { run } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';

/** Builds dist/openapi/ unless it holds a build of exactly these sources. After the dashboard, whose build empties dist/. */
export function buildOpenapi(): Promise<'built' | 'unchanged'> {
  return buildOnce({
    name: 'openapi',
    sources: [
      'src/!(dashboard|sdk)/**/*.ts',
      'durable-objects/**/*.ts',
      'scripts/openapi.ts',
      'scripts/openapi/**/*',
      'docs/errors.md',
      'src/dashboard/styles/tokens.css',
      'tsconfig.base.json',
      'tsconfig.json',
      'package.json',
      'package-lock.json',
    ],
    product: 'dist/openapi/openapi.json',
    async make() {
      const result = await run('openapi', []);
      if (result.code !== 0) throw new Stop(`The document of the API does not build:\n${result.output.trim()}`);
    },
  });
}

import { buildOnce } from '../lib/build-once.ts';
import { run } from '../lib/run.ts';
import { Stop } from '../lib/stop.ts';

/** Builds dist/ unless it holds a build of exactly these sources. */
export function buildDashboard(signal?: AbortSignal): Promise<'built' | 'unchanged'> {
  return buildOnce({
    name: 'dashboard',
    sources: [
      'src/dashboard/**/*',
      'src/wire/**/*',
      'public/**/*',
      'vite.config.ts',
      'tsconfig.base.json',
      'tsconfig.dashboard.json',
      'package-lock.json',
    ],
    product: 'dist/index.html',
    async make() {
      // Under vitest it is `test`, with which Vite builds what is for developing: larger by a quarter, and taken for current ever after.
      const env = { NODE_ENV: 'production' };
      const result = await run('vite', ['build', '--logLevel', 'warn'], { env, ...(signal ? { signal } : {}) });
      if (result.code !== 0) throw new Stop(`The dashboard does not build:\n${result.output.trim()}`);
    },
  });
}

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
      const result = await run('vite', ['build', '--logLevel', 'warn'], signal ? { signal } : {});
      if (result.code !== 0) throw new Stop(`The dashboard does not build:\n${result.output.trim()}`);
    },
  });
}

/** `npm run coverage`: how much of the Worker the tests in the Workers runtime execute; fails under the limit in vitest.config.ts. */
import { run } from './lib/run.ts';
import { runMain } from './lib/stop.ts';
import { buildDashboard } from './start/dashboard.ts';
import { buildOpenapi } from './start/openapi.ts';
import { buildSdk } from './start/sdk.ts';

await runMain(async () => {
  await buildDashboard();
  await buildSdk();
  await buildOpenapi();
  const { code } = await run('vitest', ['run', '--coverage', ...process.argv.slice(2)], { show: true });
  process.exitCode = code;
});

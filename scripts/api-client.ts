/** `npm run api-client`: the typed client of the API as a package that could be published, in dist-api-client/. */
import path from 'node:path';
import { PROJECT_DIR } from './lib/run.ts';
import { runMain } from './lib/stop.ts';
import { buildClientPackage } from './openapi/client-package.ts';

await runMain(async () => {
  const dir = path.join(PROJECT_DIR, 'dist-api-client');
  await buildClientPackage(dir);
  console.log(dir);
});

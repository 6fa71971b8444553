/** `npm run sdk-package`: the browser SDK as a package that could be published, in dist-client/. */
import path from 'node:path';
import { PROJECT_DIR } from './lib/run.ts';
import { runMain } from './lib/stop.ts';
import { buildSdkPackage } from './sdk/package.ts';

await runMain(async () => {
  const dir = path.join(PROJECT_DIR, 'dist-client');
  await buildSdkPackage(dir);
  console.log(dir);
});

/** Writes dist/openapi/: a process of its own, because what reads the types does not bear being run inside of a bundler's module runner. */
import { runMain } from './lib/stop.ts';
import { buildOpenapiFiles } from './openapi/build.ts';

await runMain(buildOpenapiFiles);

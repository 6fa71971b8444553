import { buildOpenapi } from '../../../scripts/start/openapi.ts';

/** As a `globalSetup`: the document of the API that answers are checked against is that of the sources as they are. */
export default async function setup(): Promise<void> {
  await buildOpenapi();
}

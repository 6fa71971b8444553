import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import type { Described } from '../../src/shared/describe.ts';
import { PROJECT_DIR } from '../lib/run.ts';

/** What the runtime alone has. Schemas lie beside code that imports it, and use nothing of it. */
const RUNTIME =
  'data:text/javascript,export class DurableObject {} export class RpcTarget {} export const env = {}; export function waitUntil() {}';

/** Every `openapi.ts` of the features, in the order of their tags. */
export async function describeAll(): Promise<Described[]> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith('cloudflare:') ? { url: RUNTIME, shortCircuit: true } : next(specifier, context),
  });
  try {
    const files = globSync('src/**/{openapi,*-openapi}.ts', { cwd: PROJECT_DIR }).sort();
    const described = await Promise.all(files.map((file) => import(path.join(PROJECT_DIR, file))));
    return described.map((module) => module.default as Described);
  } finally {
    hooks.deregister();
  }
}

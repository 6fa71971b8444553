import type { OperationScope } from '../../wire/operations.ts';
import { ingestCommand, quote } from './curl.ts';

/** An error as a browser would report it. */
export function errorCommand(origin: string, key: string): string {
  const stack = 'TypeError: cart is null\n    at pay (https://shop.example/app.js:10:15)';
  const labels = { page: '/checkout', browser: 'Firefox', release: '1.0.0' };
  return ingestCommand(origin, key, {
    ...{ stream: 'errors', level: 'error', service: 'shop', type: 'TypeError', message: 'cart is null' },
    ...{ sessionId: 'visit-1', attrs: { stack, labels } },
  });
}

/** An operation of a gateway that took 182 ms. */
export function operationCommand(origin: string, key: string, scope: OperationScope): string {
  const named = scope === 'p2p' ? { gateway: 'bank-a', operation: 'transfer' } : { operation: 'load' };
  return ingestCommand(origin, key, {
    ...{ stream: 'operations', level: 'info', service: scope, message: named.operation },
    attrs: { scope, ...named, durationMs: 182, outcome: 'success', bytes: 2_048 },
  });
}

/** More would hide the command. */
const MOST_FILES = 4;

/** Uploads the maps that lie beside the built files; `files` are addresses. */
export function sourceMapCommand(origin: string, project: string, release: string, files: readonly string[]): string {
  return files
    .slice(0, MOST_FILES)
    .map((file) => {
      const place = file.replace(/[?#].*/, '').replace(/^[a-z]+:\/\/[^/]*\//, '');
      const name = place.split('/').at(-1);
      const query = new URLSearchParams({ release, file: place });
      const url = `${origin}/api/projects/${encodeURIComponent(project)}/sourcemaps?${query}`;
      return [
        `curl -X PUT ${quote(url)} \\`,
        `  -H 'Authorization: Bearer <key>' \\`,
        `  --data-binary ${quote(`@${name}.map`)}`,
      ].join('\n');
    })
    .join('\n');
}

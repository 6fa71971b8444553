import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import type { OpenApiDocument } from '../../scripts/openapi/document.ts';
import { buildOpenapi } from '../../scripts/start/openapi.ts';

let text: string;
let document: OpenApiDocument;

beforeAll(async () => {
  await buildOpenapi();
  text = readFileSync(path.join(PROJECT_DIR, 'dist/openapi/openapi.json'), 'utf8');
  document = JSON.parse(text);
});

interface DocumentedOperation {
  requestBody?: { content: Record<string, { example?: unknown }> };
}

describe('the document of the API', () => {
  it('passes the rules that a linter recommends, with examples that their schemas accept', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: {
        'security-defined': 'error',
        'no-invalid-media-type-examples': 'error',
        // Names come from a segment that no other path has: `/_data_stream/_bulk` is no data stream.
        'no-ambiguous-paths': 'off',
        // Health, files and what browsers ask before they send refuse nobody.
        'operation-4xx-response': 'off',
        // The socket answers 101.
        'operation-2xx-response': 'off',
      },
    });
    const problems = await lintFromString({ source: text, config });
    const said = problems.map(
      ({ ruleId, message, location: [place] }) => `${ruleId}: ${message} ${place?.pointer ?? ''}`,
    );
    expect(said).toEqual([]);
  });

  it('has an example of most bodies', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path) as DocumentedOperation[]);
    const bodies = operations.flatMap(({ requestBody }) => (requestBody ? [Object.values(requestBody.content)] : []));
    const withExample = bodies.filter((content) => content.some(({ example }) => example !== undefined));
    expect(withExample.length).toBeGreaterThan(bodies.length / 2);
  });
});

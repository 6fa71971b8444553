import { describe, page, required, text } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { StoredMap } from '../wire/error-groups.ts';

export interface SourceMapAnswers {
  'PUT /api/projects/:id/sourcemaps': StoredMap;
  'GET /api/projects/:id/sourcemaps': Page<StoredMap>;
  'DELETE /api/projects/:id/sourcemaps': { deleted: number };
}

const RELEASE = text('What the browser SDK names as release.');

export default describe<SourceMapAnswers>('Releases', {
  'PUT /api/projects/:id/sourcemaps': {
    summary: 'Upload a source map',
    more: 'The body is the map, plain or by `Content-Encoding`.',
    access: 'write',
    query: { release: required(RELEASE), file: text('Of the generated file; the map may name it itself.') },
    ...{ body: ['application/json'], status: 201 },
    codes: 'source_map_too_large source_map_invalid too_many_source_maps encoding_unknown encoding_broken body_cut',
  },
  'GET /api/projects/:id/sourcemaps': {
    ...{ summary: 'Source maps, by release and file', access: 'read', query: { release: RELEASE, ...page() } },
  },
  'DELETE /api/projects/:id/sourcemaps': {
    ...{ summary: 'Delete the source maps of a release', access: 'write', query: { release: required(RELEASE) } },
  },
});

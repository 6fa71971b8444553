import { type IngestError, ingestProblem } from '../ingest/index.ts';
import { type ProjectError, projectProblem } from '../projects/index.ts';
import { invalidInput, type Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import { MAX_MAP_BYTES } from './limits.ts';

type Finding = { pointer: string; reason: string };

export type SourceMapError =
  | { kind: 'project'; error: ProjectError }
  | { kind: 'invalid_input'; errors: Finding[] }
  /** The body is no map that could be applied. */
  | { kind: 'source_map_invalid'; errors: Finding[] }
  | { kind: 'source_map_too_large' }
  /** The body did not come whole, or its content coding is none. */
  | { kind: 'body'; error: IngestError }
  | { kind: 'too_many_source_maps'; limit: number };

export function sourceMapProblem(error: SourceMapError): Problem {
  switch (error.kind) {
    case 'project':
      return projectProblem(error.error);
    case 'invalid_input':
      return invalidInput(error.errors);
    case 'source_map_invalid': {
      const [first] = error.errors;
      const detail = first ? `${first.pointer || 'The body'} ${first.reason}.` : 'It cannot be read.';
      return { status: 422, code: error.kind, title: 'The source map cannot be used', detail, errors: error.errors };
    }
    case 'source_map_too_large':
      return {
        status: 413,
        code: error.kind,
        title: 'The source map is too large',
        detail: `A map may have ${MAX_MAP_BYTES} bytes: split the bundle, or leave sourcesContent out.`,
      };
    case 'body':
      return ingestProblem(error.error);
    case 'too_many_source_maps':
      return {
        status: 409,
        code: error.kind,
        title: 'Too many source maps',
        detail: `A release can have the maps of ${error.limit} files.`,
      };
    default:
      return unreachable(error);
  }
}

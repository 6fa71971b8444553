import type { Problem } from '../shared/problem.ts';
import type { Item } from './bulk.ts';

/** A version whose `_bulk` is spoken here, as clients ask for it; what serves it is said beside it. */
const VERSION = '8.19.0';

/**
 * The whole body, or with `filter_path` as Filebeat and Logstash set it only what they look at. The order of the members is part of the protocol:
 * Fluent Bit looks for `"errors":false,"items":[` in an answer that is longer than its buffer.
 */
export function bulkAnswer(
  items: readonly Item[],
  tookMs: number,
  requestId: string,
  filterPath: string | null,
): unknown {
  const isShort = filterPath !== null && !/took|_id|_index|result|items(,|$)/.test(filterPath);
  const errors = items.some(({ reason }) => reason !== null);
  const answered = items.map((item, position) => ({
    [item.operation]: isShort ? outcomeOf(item) : { ...placeOf(item, requestId, position), ...outcomeOf(item) },
  }));
  return isShort ? { errors, items: answered } : { took: tookMs, errors, items: answered };
}

function placeOf({ index, id }: Item, requestId: string, position: number): object {
  // An id that the client leaves to the server names the place in this request: nothing can be fetched by it here.
  return { _index: index === '' ? 'unknown' : index, _id: id ?? `${requestId}-${position}` };
}

function outcomeOf({ operation, reason }: Item): object {
  if (reason === null) {
    return { _version: 1, result: 'created', _shards: { total: 1, successful: 1, failed: 0 }, status: 201 };
  }
  const taken = operation === 'create' || operation === 'index';
  return { status: 400, error: { type: taken ? 'document_parsing_exception' : 'illegal_argument_exception', reason } };
}

/** A refusal of the whole request, as Elasticsearch words it; `type` is our code, which docs/errors.md explains. */
export function errorAnswer({ status, code, title, detail }: Problem, requestId: string): unknown {
  const error = { type: code, reason: `${title}: ${detail.replace(/\.?$/, '.')} Request ${requestId}.` };
  return { error: { root_cause: [error], ...error }, status };
}

/** `GET /`: the product check of the official clients, and the version that Vector, Filebeat and Logstash choose their requests by. */
export function rootAnswer(): unknown {
  return {
    name: 'breakwater',
    cluster_name: 'breakwater',
    cluster_uuid: 'breakwater',
    version: {
      number: VERSION,
      build_flavor: 'default',
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'Breakwater takes _bulk as Elasticsearch does, and nothing else of it',
  };
}

/** Vector asks it before it sends. A journal that is away answers 503 to what is sent, which is repeated; there is nothing to hold back for. */
export function healthAnswer(): unknown {
  return { cluster_name: 'breakwater', status: 'green', timed_out: false, number_of_nodes: 1, number_of_data_nodes: 1 };
}

/** Filebeat and Logstash refuse to send to a cluster without an active licence. */
export function licenseAnswer(): unknown {
  return {
    license: { status: 'active', uid: 'breakwater', type: 'basic', issued_to: 'breakwater', issuer: 'breakwater' },
  };
}

/** The same question of versions before 8. */
export function xpackAnswer(): unknown {
  return {
    license: { uid: 'breakwater', type: 'basic', mode: 'basic', status: 'active' },
    features: { ilm: { available: false, enabled: false } },
  };
}

/**
 * Filebeat and Logstash ask whether their template, policy or data stream is there, and install it where it is not. Every index is taken here without
 * one, and kept by the rules of its project: it is there, and empty.
 */
export function setupAnswer(kind: 'policy' | 'index_template' | 'template' | 'data_stream', name: string): unknown {
  switch (kind) {
    case 'policy':
      return { [name]: { version: 1, policy: { phases: {} } } };
    case 'index_template':
      return { index_templates: [{ name, index_template: { index_patterns: [], composed_of: [] } }] };
    case 'template':
      return { [name]: { index_patterns: [], mappings: {}, aliases: {} } };
    case 'data_stream':
      return { data_streams: [{ name, indices: [], generation: 1, status: 'GREEN' }] };
  }
}

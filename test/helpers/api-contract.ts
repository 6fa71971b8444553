import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

export interface DocumentedParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Record<string, unknown>;
}

export interface DocumentedOperation {
  operationId: string;
  'x-access': string;
  parameters?: DocumentedParameter[];
  requestBody?: { content: Record<string, { schema: Record<string, unknown>; example?: unknown }> };
  responses: Record<string, { 'x-codes'?: string[]; content?: Record<string, { schema?: object }> }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

export interface GivenAnswer {
  method: string;
  url: string;
  status: number;
  /** Of the answer; '' where it names none. */
  contentType: string;
  /** Parsed where it is JSON. */
  body: unknown;
}

/** What the document promises of answers. */
export class Contract {
  readonly #document: ApiDocument;
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: ApiDocument) {
    this.#document = closed(document) as ApiDocument;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    this.#ajv.addSchema(this.#document, 'api');
  }

  /** What is wrong with an answer. Of routes that the document does not have nothing is said: documentation.test.ts sees that there are none. */
  breachesOf({ method, url, status, contentType, body }: GivenAnswer): string[] {
    const path = this.#pathOf(new URL(url).pathname);
    const operation = path === null ? undefined : this.#document.paths[path]?.[method.toLowerCase()];
    if (path === null || !operation) return [];
    const type = contentType.split(';')[0] ?? '';
    const documented = operation.responses[status];
    const code = (body as { code?: string } | null)?.code;
    if (!documented) return [`status ${status} ${code ?? ''}`];
    const content = documented.content ?? {};
    if (body === '' || body === null) return [];
    const media = content[type];
    if (!media) return [`${status} has the type ${type || 'of nothing'}`];
    if (type === 'application/problem+json' && !documented['x-codes']?.includes(code ?? ''))
      return [`${status} ${code}`];
    if (!/json$/.test(type) || media.schema === undefined) return [];
    const place = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    const validate = this.#validator(place);
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${status} ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  #validator(place: readonly string[]): ValidateFunction {
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
    const ref = `api#/${pointer.join('/')}`;
    const known = this.#validators.get(ref) ?? this.#ajv.compile({ $ref: ref });
    this.#validators.set(ref, known);
    return known;
  }

  /** The one with the fewest parameters that matches. */
  #pathOf(pathname: string): string | null {
    const parts = pathname.split('/');
    const fits = (part: string, i: number) => (part.startsWith('{') ? parts[i] !== '' : part === parts[i]);
    const matching = Object.keys(this.#document.paths).filter((path) => {
      const expected = path.split('/');
      return expected.length === parts.length && expected.every(fits);
    });
    const variables = (path: string) => path.split('{').length;
    return matching.sort((one, other) => variables(one) - variables(other))[0] ?? null;
  }
}

/** With every object closed to what the document does not name, but for problems, which have members of their own by code. */
function closed(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((part) => closed(part));
  if (typeof value !== 'object' || value === null || key === 'Problem' || key === 'requestBody') return value;
  const parts = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closed(part, name)]));
  const isClosed = 'properties' in parts && parts.type === 'object' && !('additionalProperties' in parts);
  return isClosed ? { ...parts, additionalProperties: false } : parts;
}

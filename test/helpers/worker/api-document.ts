import { env } from 'cloudflare:workers';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Operation {
  operationId: string;
  'x-access': string;
  responses: Record<string, { 'x-codes'?: string[]; content?: Record<string, { schema?: object }> }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** The document that GET /api/openapi.json serves. */
export async function apiDocument(): Promise<ApiDocument> {
  const file = await env.ASSETS.fetch('http://localhost/openapi/openapi.json');
  if (!file.ok) throw new Error('the document of the API is not built');
  return file.json();
}

let opened: Promise<Contract> | null = null;

/** What is wrong with an answer, by the document. Of routes that it does not have nothing is said: deny-path.test.ts sees that there are none. */
export async function breachesOf(method: string, url: string, response: Response, body: unknown): Promise<string[]> {
  opened ??= apiDocument().then((document) => new Contract(document));
  return (await opened).breachesOf(method, url, response, body);
}

class Contract {
  readonly #document: ApiDocument;
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: ApiDocument) {
    this.#document = closed(document) as ApiDocument;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
    this.#ajv.addSchema(this.#document, 'api');
  }

  breachesOf(method: string, url: string, response: Response, body: unknown): string[] {
    const path = this.#pathOf(new URL(url).pathname);
    const operation = path === null ? undefined : this.#document.paths[path]?.[method.toLowerCase()];
    if (path === null || !operation) return [];
    const { status } = response;
    const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const documented = operation.responses[status];
    const code = (body as { code?: string } | null)?.code;
    if (!documented) return [`status ${status} ${code ?? ''}`];
    const content = documented.content ?? {};
    if (type === '' || response.body === null)
      return Object.keys(content).length > 0 && body !== '' ? [`${status} has no type`] : [];
    if (!content[type]) return [`${status} has the type ${type}`];
    if (type === 'application/problem+json' && !documented['x-codes']?.includes(code ?? ''))
      return [`${status} ${code}`];
    if (!/json$/.test(type) || content[type].schema === undefined) return [];
    const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
    const validate = this.#validator(
      pointer.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))),
    );
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${status} ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  #validator(pointer: readonly string[]): ValidateFunction {
    const ref = `api#/${pointer.join('/')}`;
    const known = this.#validators.get(ref) ?? this.#ajv.compile({ $ref: ref });
    this.#validators.set(ref, known);
    return known;
  }

  /** The one with the fewest parameters that matches. */
  #pathOf(pathname: string): string | null {
    const parts = pathname.split('/');
    const matching = Object.keys(this.#document.paths).filter((path) => {
      const expected = path.split('/');
      return (
        expected.length === parts.length &&
        expected.every((part, i) => (part.startsWith('{') ? parts[i] !== '' : part === parts[i]))
      );
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

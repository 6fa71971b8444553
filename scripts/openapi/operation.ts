import type { Access, Operation, Parameter, Route } from '../../src/shared/describe.ts';
import type { Answers, Schema } from './answers.ts';
import { namesProject, refusalsOf, takesIdempotencyKey } from './codes.ts';
import type { WrittenSchemas } from './written-schemas.ts';

type Responses = Record<string, { description: string; content?: Schema }>;

const WHO: Readonly<Record<Access, string>> = {
  public: 'For anybody.',
  ingest: 'For keys with an ingest scope.',
  probe: 'For keys with an ingest scope.',
  send: 'For keys with an ingest scope, and for whoever may write to the project.',
  'any-key': 'For every key of the project, and for whoever may read it.',
  session: 'For whoever is signed in; not for keys.',
  'own-projects': 'For whoever is signed in, and keys that may read: of the projects that they may see.',
  deployment: 'For administrators, and keys with the scope `admin`.',
  admins: 'For administrators; not for keys.',
  socket: 'For whoever may read the project, and keys that may send to it.',
  read: 'For whoever may read the project.',
  export: 'For analysts of the project, and keys that may read it.',
  write: 'For analysts of the project, and keys with the scope `admin`.',
  admin: 'For administrators of the project, and keys with the scope `admin`.',
};
const SESSION = [{ session: [], csrf: [] }];
const KEY = [{ key: [] }];
const EITHER = [...SESSION, ...KEY];
const SECURITY: Readonly<Record<Access, readonly object[]>> = {
  public: [],
  ingest: KEY,
  probe: KEY,
  session: SESSION,
  deployment: EITHER,
  admins: SESSION,
  send: EITHER,
  'any-key': EITHER,
  'own-projects': EITHER,
  socket: EITHER,
  read: EITHER,
  export: EITHER,
  write: EITHER,
  admin: EITHER,
};

const REFUSAL_TYPES = {
  problem: 'application/problem+json',
  'text/plain': 'text/plain',
  'google.rpc.Status': 'application/json',
  elastic: 'application/json',
} as const;

const PROJECT: Parameter = {
  schema: { type: 'string' },
  description: 'Id of the project. A key names its own by itself.',
};

/** What OpenAPI 3.1 calls an Operation Object. */
export function operationObject(
  route: Route,
  operation: Operation,
  tag: string,
  {
    answers,
    statuses,
    written,
  }: Pick<Answers, 'answers'> & { statuses: ReadonlyMap<string, number>; written: WrittenSchemas },
): Schema {
  const { summary, more, access, proof } = operation;
  const words = [more, WHO[access], proof ? 'Needs, of people, a proof of the last 30 minutes.' : undefined];
  const parameters = parametersOf(route, operation);
  const body = bodyOf(route, operation, written);
  return {
    operationId: operationIdOf(route),
    tags: [tag],
    summary,
    description: words.filter(Boolean).join(' '),
    security: SECURITY[access].map((way) => (route.startsWith('GET ') && 'csrf' in way ? { session: [] } : way)),
    'x-access': access,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: merged(successes(route, operation, answers.get(route)), refusals(route, operation, statuses)),
  };
}

/** A status that tells of something that is not well may be a refusal too: then either body comes. */
function merged(answers: Responses, refusals: Responses): Responses {
  const both = Object.entries(refusals).map(([status, refusal]) => {
    const answer = answers[status];
    if (!answer) return [status, refusal];
    const description = `${answer.description} Or ${refusal.description}.`;
    return [status, { ...refusal, description, content: { ...answer.content, ...refusal.content } }];
  });
  return { ...answers, ...Object.fromEntries(both) };
}

/** `GET /api/compliance/breaches/:id` is `getComplianceBreachesById`. */
export function operationIdOf(route: Route): string {
  const [method = '', path = ''] = route.split(' ');
  const words = path
    .split(/[/._-]/)
    .filter((word) => word !== '' && word !== 'api')
    .map((word) => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word)));
  // `/health` and `/api/health` are two.
  return `${method.toLowerCase()}${words.join('')}${path.startsWith('/api/') ? '' : 'AtRoot'}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function parametersOf(route: Route, operation: Operation): Schema[] {
  const names = [...route.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const stray = Object.keys(operation.path ?? {}).find((name) => !names.includes(name));
  if (stray !== undefined) throw new Error(`${route} has no ":${stray}" in its path`);
  const inPath = names.map((name) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' }, ...operation.path?.[name] },
  }));
  const query = {
    ...(namesProject(route, operation) ? { project: PROJECT } : {}),
    ...operation.query,
  };
  const headers = {
    ...(takesIdempotencyKey(route, operation) ? { 'Idempotency-Key': IDEMPOTENCY_KEY } : {}),
    ...operation.headers,
  };
  return [...inPath, ...placed(query, 'query'), ...placed(headers, 'header')];
}

const IDEMPOTENCY_KEY: Parameter = {
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'A new one for each thing to be done, the same one with each repeat: the change is made once.',
};

function placed(parameters: Readonly<Record<string, Parameter>>, place: 'query' | 'header'): Schema[] {
  return Object.entries(parameters).map(([name, { schema, description, required }]) => ({
    ...{ name, in: place, description, schema },
    ...(required ? { required } : {}),
  }));
}

function bodyOf(route: Route, { body, example }: Operation, written: WrittenSchemas): Schema | null {
  if (body === undefined) return null;
  const given = example === undefined ? {} : { example };
  if (isMediaTypes(body)) {
    const binary = (type: string) => (/json|text/.test(type) ? {} : { type: 'string', format: 'binary' });
    // The example is of the first.
    const content = body.map((type, i) => [type, { schema: binary(type), ...(i === 0 ? given : {}) }]);
    return { required: true, content: Object.fromEntries(content) };
  }
  // An empty body reads as {}.
  const required = !body.safeParse({}).success;
  return {
    required,
    content: {
      'application/json': { schema: written.schemaOf(body, 'input', `${capital(operationIdOf(route))}Body`), ...given },
    },
  };
}

function isMediaTypes(body: NonNullable<Operation['body']>): body is readonly string[] {
  return Array.isArray(body);
}

function successes(route: Route, { status, media, empty }: Operation, answer: Schema | undefined): Responses {
  const json = answer ? { 'application/json': { schema: answer } } : {};
  const others = Object.fromEntries(
    (media ?? []).map((type) => [type, { schema: /json$/.test(type) ? {} : { type: 'string' } }]),
  );
  const content = { ...json, ...others };
  const hasContent = Object.keys(content).length > 0;
  if (!hasContent && status === undefined && empty === undefined) return { 204: { description: 'Done.' } };
  const listed = typeof status === 'number' ? [status] : (status ?? (hasContent ? [200] : []));
  if (listed.length > 0 && !hasContent)
    throw new Error(`${route} has a status and no answer: say the type or the media`);
  return {
    ...Object.fromEntries(listed.map((one) => [one, { description: MEANING[one] ?? 'The answer.', content }])),
    ...Object.fromEntries((empty ?? []).map((one) => [one, { description: MEANING[one] ?? 'Without a body.' }])),
  };
}

const MEANING: Readonly<Record<number, string>> = {
  101: 'The socket is open.',
  200: 'The answer.',
  201: 'Made.',
  202: 'Stored.',
  204: 'Done.',
  304: 'It has not changed.',
  503: 'As 200, where something does not work as it should.',
};

function refusals(route: Route, operation: Operation, statuses: ReadonlyMap<string, number>): Responses {
  const type = REFUSAL_TYPES[operation.refusals ?? 'problem'];
  const schema = operation.refusals ? {} : { $ref: '#/components/schemas/Problem' };
  return Object.fromEntries(
    [...refusalsOf(route, operation, statuses)].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        'x-codes': codes,
        content: {
          [type]: { schema },
        },
      },
    ]),
  );
}

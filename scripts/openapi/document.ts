import packageJson from '../../package.json' with { type: 'json' };
import type { Described, Operation, Route } from '../../src/shared/describe.ts';
import { answerSchemas, type Schema } from './answers.ts';
import { statusOfCodes } from './codes.ts';
import { describeAll } from './describe-all.ts';
import { operationObject } from './operation.ts';
import { TAGS } from './tags.ts';
import { WrittenSchemas } from './written-schemas.ts';

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string; license: object };
  servers: object[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Schema>>;
  components: { securitySchemes: object; schemas: Record<string, Schema> };
}

const DESCRIPTION = `The API of one deployment of Breakwater.

Times are Unix milliseconds in answers. Refusals are \`application/problem+json\` (RFC 9457) with \`code\` and \`requestId\`; the codes that an operation may
refuse with are beside each status. Every answer has \`X-Request-Id\`. What is counted against a limit says so in \`RateLimit-Policy\` and \`RateLimit\`.
Fields may be added to answers; none is renamed.`;

/** The document that GET /api/openapi.json serves. */
export async function makeDocument(): Promise<OpenApiDocument> {
  const statuses = statusOfCodes();
  const { answers, schemas } = answerSchemas();
  const described = await describeAll();
  const written = new WrittenSchemas();
  const paths: OpenApiDocument['paths'] = {};
  for (const { tag, route, operation } of everyOperation(described)) {
    const [method = '', pattern = ''] = route.split(' ');
    const path = pattern.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    if (paths[path][method.toLowerCase()]) throw new Error(`${route} is described twice`);
    paths[path][method.toLowerCase()] = operationObject(route, operation, tag, { answers, statuses, written });
  }
  // Those that answers refer to by name.
  const named = described.flatMap(({ schemas: own }) => Object.entries(own));
  const ofAnswers = Object.fromEntries(named.map(([name, schema]) => [name, written.schemaOf(schema, 'output', name)]));
  const routes = new Set(everyOperation(described).map(({ route }) => route as string));
  const stray = [...answers.keys()].filter((route) => !routes.has(route));
  if (stray.length > 0) throw new Error(`types of answers of what is not described: ${stray.join(', ')}`);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Breakwater',
      version: packageJson.version,
      description: DESCRIPTION,
      license: { name: packageJson.license, identifier: packageJson.license },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(Object.entries(paths).sort(([one], [other]) => (one < other ? -1 : 1))),
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: { ...schemas, ...ofAnswers, ...written.components, Problem: PROBLEM },
    },
  };
}

function everyOperation(described: readonly Described[]): { tag: string; route: Route; operation: Operation }[] {
  return described.flatMap(({ tag, operations }) =>
    (Object.entries(operations) as [Route, Operation][]).map(([route, operation]) => ({ tag, route, operation })),
  );
}

const SECURITY_SCHEMES = {
  key: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key of a project, `Authorization: Bearer bw_…`. On write routes also `X-Api-Key`, and `?key=` where it may only write.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-gsession',
    description: 'Of signing in; `gsession` on plain HTTP to this machine.',
  },
  csrf: {
    type: 'apiKey',
    in: 'header',
    name: 'X-CSRF-Token',
    description: 'With a session, on each change: the `csrf` of login, refresh or `/api/auth/me`.',
  },
};

/** As src/shared/problem.ts writes it. */
const PROBLEM: Schema = {
  type: 'object',
  description: 'RFC 9457. Some codes have members of their own beside these.',
  properties: {
    type: { type: 'string', format: 'uri', description: 'Where the code is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable, for programs.' },
    requestId: { type: 'string', description: 'Finds the line in the log.' },
    errors: {
      type: 'array',
      description: 'Of bad input: where and why.',
      items: {
        type: 'object',
        properties: { pointer: { type: 'string', description: 'RFC 6901.' }, reason: { type: 'string' } },
        required: ['pointer', 'reason'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
};

import path from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { PROJECT_DIR } from '../lib/run.ts';

export type Schema = Record<string, unknown>;

export interface Answers {
  /** By route. */
  answers: ReadonlyMap<string, Schema>;
  /** What they refer to, by name. */
  schemas: Readonly<Record<string, Schema>>;
}

/** The types of answers as JSON Schema: every `…Answers` that an openapi.ts exports, with the comments of the types. */
export function answerSchemas(): Answers {
  const generator = createGenerator({
    path: path.join(PROJECT_DIR, 'src/**/{openapi,*-openapi}.ts'),
    tsconfig: path.join(PROJECT_DIR, 'tsconfig.json'),
    type: '*',
    // tsc does that, in `npm run check`.
    skipTypeCheck: true,
    jsDoc: 'extended',
    encodeRefs: false,
    expose: 'export',
  });
  const roots = Object.keys(generator.createSchema('*').definitions ?? {}).filter((name) => name.endsWith('Answers'));
  // One at a time: of all together two types of one name would be one, in silence.
  const definitions = mergedDefinitions(roots.map((root) => generator.createSchema(root).definitions ?? {}));
  const text = JSON.stringify(definitions).replaceAll(
    /"\$ref":"#\/definitions\/((?:[^"\\]|\\.)*)"/g,
    (_, name: string) => `"$ref":"#/components/schemas/${nameOf(JSON.parse(`"${name}"`))}"`,
  );
  const answers = new Map<string, Schema>();
  const schemas: Record<string, Schema> = {};
  for (const [name, schema] of JSON.parse(text) as [string, Schema][]) {
    if (!name.endsWith('Answers')) schemas[nameOf(name)] = opened(schema) as Schema;
    else
      for (const [route, answer] of Object.entries(schema.properties ?? {}))
        answers.set(route, opened(answer) as Schema);
  }
  return { answers, schemas };
}

function mergedDefinitions(parts: readonly object[]): [string, unknown][] {
  const merged = new Map<string, unknown>();
  const clashes = new Set<string>();
  for (const [name, schema] of parts.flatMap((part) => Object.entries(part))) {
    const known = merged.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) clashes.add(name);
    merged.set(name, schema);
  }
  if (clashes.size > 0) throw new Error(`answers have different types of one name: ${[...clashes].join(', ')}`);
  return [...merged];
}

/** `Page<Breach>` is `PageOfBreach`: names of components have neither brackets nor quotes. */
function nameOf(name: string): string {
  return name
    .replaceAll('<', 'Of')
    .replaceAll(/[^\w.-]+/g, '_')
    .replace(/_+$/, '');
}

/** As OpenAPI 3.1 has schemas. Objects are open: clients let pass what they do not know, so that fields can be added. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== 'object' || value === null) return value;
  // A tuple, as JSON Schema wrote it before 2020-12.
  if ('items' in value && Array.isArray(value.items)) {
    const { items, ...rest } = value;
    return { ...rest, prefixItems: opened(items) };
  }
  const written = 'const' in value ? /^schema:(\w+)$/.exec(String(value.const)) : null;
  if (written) return { $ref: `#/components/schemas/${written[1]}` };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, part]) => !(key === 'additionalProperties' && part === false))
      .map(([key, part]) => [key, opened(part)]),
  );
}

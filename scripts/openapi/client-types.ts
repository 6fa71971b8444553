import { compile, type JSONSchema } from 'json-schema-to-typescript';
import type { Schema } from './answers.ts';
import type { OpenApiDocument } from './document.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
  description?: string;
}

type Content = Record<string, { schema?: Schema }>;

/** The document as an interface `Paths`, in the shape that openapi-fetch reads. */
export async function clientTypes({ paths, components, info }: OpenApiDocument): Promise<string> {
  const ofPaths = Object.entries(paths).map(([path, methods]) => [path, object(mapped(methods, operationSchema))]);
  const schema = { ...object(Object.fromEntries(ofPaths)), $defs: components.schemas };
  const text = await compile(inItsWords(schema) as JSONSchema, 'Paths', {
    additionalProperties: false,
    bannerComment: `/** The API of Breakwater ${info.version}. Made of its OpenAPI document: changes belong there. */`,
    format: false,
  });
  // As a text in quotes a status would be another key than the number.
  return text.replaceAll(/^(\s*)"(\d{3})":/gm, '$1$2:');
}

function operationSchema(operation: Schema): Schema {
  const parameters = (operation.parameters ?? []) as Parameter[];
  const placed = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  const places = (['path', 'query', 'header'] as const).filter((place) => placed(place).length > 0);
  const body = operation.requestBody as { required: boolean; content: Content } | undefined;
  const responses = operation.responses as Record<string, { content?: Content }>;
  const parts = {
    parameters: object(
      Object.fromEntries(places.map((place) => [place, parametersSchema(placed(place))])),
      places.filter((place) => placed(place).some(({ required }) => required)),
    ),
    ...(body ? { requestBody: object({ content: contentSchema(body.content) }) } : {}),
    responses: object(
      mapped(responses, ({ content }) => object(content ? { content: contentSchema(asked(content)) } : {})),
    ),
  };
  const description = `${operation.summary}. ${operation.description}`;
  return { ...object(parts, body?.required === false ? ['parameters', 'responses'] : undefined), description };
}

function parametersSchema(parameters: readonly Parameter[]): Schema {
  const fields = parameters.map(({ name, schema, description }) => [
    name,
    { ...schema, ...(description ? { description } : {}) },
  ]);
  return object(
    Object.fromEntries(fields),
    parameters.filter(({ required }) => required).map(({ name }) => name),
  );
}

/** Of an answer that has several forms the client gets JSON, since it asks for no other. */
function asked(content: Content): Content {
  const json = content['application/json'];
  return json ? { 'application/json': json } : content;
}

function contentSchema(content: Content): Schema {
  return object(mapped(content, ({ schema }) => schema ?? {}));
}

/** All of it is required, unless less is said. */
function object(properties: Schema, required = Object.keys(properties)): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

function mapped<T, U>(parts: Record<string, T>, make: (part: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, make(part)]));
}

/** What reads the schema knows neither the places of OpenAPI nor tuples of 2020-12. */
function inItsWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inItsWords);
  if (typeof value !== 'object' || value === null) return value;
  const { prefixItems, $ref, ...rest } = value as Schema;
  return {
    ...Object.fromEntries(Object.entries(rest).map(([name, part]) => [name, inItsWords(part)])),
    ...(typeof $ref === 'string' ? { $ref: $ref.replace('#/components/schemas/', '#/$defs/') } : {}),
    ...(prefixItems ? { items: inItsWords(prefixItems) } : {}),
  };
}

import { type ComponentChild, h } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { Schema } from '../answers.ts';
import type { OpenApiDocument } from '../document.ts';
import { fieldsOf, typeOf, withCode } from './schema.ts';

interface Parameter {
  name: string;
  in: string;
  description?: string;
  required?: boolean;
  schema: Schema;
}

interface Body {
  description?: string;
  content?: Record<string, { schema?: Schema; example?: unknown }>;
}

/** The document as one page, without a script: what browsers find with their own search opens by itself. */
export function pageOf(document: OpenApiDocument): string {
  const { info, tags, components } = document;
  const body = h(
    'body',
    null,
    h(
      'header',
      null,
      h('h1', null, `${info.title} API`),
      h('p', null, `Version ${info.version}. `, h('a', { href: '/api/openapi.json' }, 'OpenAPI 3.1 document')),
      ...info.description.split('\n\n').map((paragraph) => h('p', null, ...withCode(paragraph))),
      h('nav', { 'aria-label': 'Parts' }, h('ul', null, ...tags.map(({ name }) => link(name, `#${idOf(name)}`)))),
    ),
    h('main', null, ...tags.map((tag) => section(document, tag)), schemas(components.schemas)),
  );
  const head = h(
    'head',
    null,
    h('meta', { charset: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('title', null, `${info.title} API`),
    h('link', { rel: 'stylesheet', href: '/openapi/docs.css' }),
  );
  return `<!doctype html>${renderToStaticMarkup(h('html', { lang: 'en' }, head, body))}`;
}

function idOf(name: string): string {
  return name.toLowerCase().replaceAll(/\W+/g, '-');
}

function link(text: string, href: string): ComponentChild {
  return h('li', null, h('a', { href }, text));
}

function section(
  { paths }: OpenApiDocument,
  { name, description }: { name: string; description: string },
): ComponentChild {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => (operation.tags as string[]).includes(name))
      .map(([method, operation]) => operationOf(method, path, operation)),
  );
  return h('section', { id: idOf(name) }, h('h2', null, name), h('p', null, description), ...operations);
}

function operationOf(method: string, path: string, operation: Schema): ComponentChild {
  const parameters = (operation.parameters ?? []) as Parameter[];
  const body = operation.requestBody as Body | undefined;
  return h(
    'details',
    { id: String(operation.operationId) },
    h(
      'summary',
      null,
      h('b', null, method.toUpperCase()),
      ' ',
      h('code', null, path),
      ' ',
      h('span', null, ...withCode(String(operation.summary))),
    ),
    h('p', null, ...withCode(String(operation.description))),
    parameters.length > 0 ? h('h3', null, 'Parameters') : null,
    parameters.length > 0 ? h('table', null, h('tbody', null, ...parameters.map(parameterRow))) : null,
    body ? h('h3', null, 'Body') : null,
    body ? contentOf(body) : null,
    h('h3', null, 'Answers'),
    h('dl', null, ...Object.entries(operation.responses as Record<string, Body>).flatMap(answerOf)),
  );
}

function parameterRow({ name, in: place, description, required, schema }: Parameter): ComponentChild {
  return h(
    'tr',
    null,
    h('th', { scope: 'row' }, h('code', null, name, required ? '' : '?'), ` ${place}`),
    h('td', null, h('code', null, typeOf(schema)), description ? h('p', null, ...withCode(description)) : null),
  );
}

function answerOf([status, answer]: [string, Body]): ComponentChild[] {
  const isRefusal = Number(status) >= 400;
  const types = Object.keys(answer.content ?? {}).join(', ');
  return [
    h('dt', null, status, types ? ` ${types}` : ''),
    h('dd', null, ...withCode(answer.description ?? ''), isRefusal ? null : contentOf(answer)),
  ];
}

function contentOf({ content = {} }: Body): ComponentChild {
  const [first] = Object.values(content);
  const example = first?.example === undefined ? null : h('pre', null, h('code', null, textOf(first.example)));
  return h('div', null, first?.schema ? h('code', null, typeOf(first.schema)) : null, example);
}

function textOf(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
}

function schemas(all: Record<string, Schema>): ComponentChild {
  const listed = Object.entries(all)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, schema]) =>
      h(
        'article',
        { id: `schema-${name}` },
        h('h3', null, h('code', null, name)),
        schema.description ? h('p', null, ...withCode(String(schema.description))) : null,
        schema.properties ? fieldsOf(schema) : h('p', null, h('code', null, typeOf(schema))),
      ),
    );
  return h('section', { id: 'schemas' }, h('h2', null, 'Schemas'), ...listed);
}

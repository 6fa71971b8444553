import { type ComponentChild, h } from 'preact';
import type { Schema } from '../answers.ts';

const REF = '#/components/schemas/';

/** What stands between backticks is code; of Markdown the descriptions use nothing else. */
export function withCode(text: string): ComponentChild[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? h('code', null, part) : part));
}

/** A schema in the words of TypeScript, with links to those that have a name. */
export function typeOf(schema: Schema | undefined): ComponentChild {
  if (!schema || Object.keys(schema).length === 0) return 'any';
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice(REF.length);
    return h('a', { href: `#schema-${name}` }, name);
  }
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return between(choices as Schema[], ' | ');
  if (Array.isArray(schema.prefixItems))
    return h('span', null, '[', between(schema.prefixItems as Schema[], ', '), ']');
  if (schema.type === 'array') return h('span', null, typeOf(schema.items as Schema), '[]');
  if (schema.properties) return fieldsOf(schema);
  if (schema.type === 'object') return mapOf(schema);
  return [schema.type].flat().join(' | ') || 'any';
}

function between(schemas: readonly Schema[], mark: string): ComponentChild {
  return h('span', null, ...schemas.flatMap((schema, i) => (i === 0 ? [typeOf(schema)] : [mark, typeOf(schema)])));
}

function mapOf({ additionalProperties }: Schema): ComponentChild {
  const values = typeof additionalProperties === 'object' ? (additionalProperties as Schema) : undefined;
  return h('span', null, '{ [name]: ', typeOf(values), ' }');
}

/** The members of an object, each with what it is. */
export function fieldsOf({ properties, required }: Schema): ComponentChild {
  const needed = (required ?? []) as string[];
  const rows = Object.entries((properties ?? {}) as Record<string, Schema>).map(([name, field]) =>
    h(
      'tr',
      null,
      h('th', { scope: 'row' }, h('code', null, name, needed.includes(name) ? '' : '?')),
      h(
        'td',
        null,
        h('code', null, typeOf(field)),
        field.description ? h('p', null, ...withCode(String(field.description))) : null,
      ),
    ),
  );
  return h('table', null, h('tbody', null, ...rows));
}

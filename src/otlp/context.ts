import type { JsonObject } from '../wire/record.ts';
import { putField } from './attributes.ts';
import type { Context, Flaw, ResourceFields, ScopeFields } from './fields.ts';

const SERVICE_NAME = 'service.name';

/** What the records of one resource have in common. */
export interface ResourceContext {
  service: string | null;
  json: JsonObject | null;
}

export function resourceOf({ attributes, droppedAttributesCount, schemaUrl }: ResourceFields): ResourceContext {
  const { [SERVICE_NAME]: name, ...others } = attributes;
  const service = typeof name === 'string' && name !== '' ? name : null;
  // Kept where it is not the record's service, which is a text.
  const json = service === null ? attributes : others;
  if (droppedAttributesCount > 0) putField(json, 'droppedAttributesCount', droppedAttributesCount);
  if (schemaUrl !== '') putField(json, 'schemaUrl', schemaUrl);
  return { service, json: Object.keys(json).length > 0 ? json : null };
}

/** What the records of one scope have in common. `flaw`: of the resource or the scope, and so of each record. */
export function contextOf({ service, json }: ResourceContext, scope: ScopeFields, flaw: Flaw | null): Context {
  const scopeJson = scopeOf(scope);
  return { service, resource: json, scope: scopeJson, flaw, chars: sizeOf(json) + sizeOf(scopeJson) };
}

function scopeOf({ name, version, attributes, droppedAttributesCount, schemaUrl }: ScopeFields): JsonObject | null {
  const scope: JsonObject = {};
  if (name !== '') scope.name = name;
  if (version !== '') scope.version = version;
  if (Object.keys(attributes).length > 0) scope.attributes = attributes;
  if (droppedAttributesCount > 0) scope.droppedAttributesCount = droppedAttributesCount;
  if (schemaUrl !== '') scope.schemaUrl = schemaUrl;
  return Object.keys(scope).length > 0 ? scope : null;
}

function sizeOf(json: JsonObject | null): number {
  return json === null ? 0 : JSON.stringify(json).length;
}

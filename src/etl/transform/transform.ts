import { MAX_RECORD_CHARS } from '../../wire/limits.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import type { Transformation } from '../schema.ts';
import { cast } from './cast.ts';
import { offsetMinutes } from './clock-parts.ts';
import { mask } from './mask.ts';
import { deleteField, getField, isObject, type Path, parsePath, pointerOf, setField } from './path.ts';
import { fillTemplate, parseTemplate } from './template.ts';
import { type TimeReader, timeReader } from './timestamp.ts';

const TOO_LONG = `is larger than ${MAX_RECORD_CHARS} characters`;

export interface Failure {
  /** Into the record as it was when the step looked at it. */
  pointer: string;
  reason: string;
  /** The transformation that failed; null where a rule did. */
  transformation: { index: number; name: string } | null;
}

/** Does it to the record itself; a failure leaves the record half done and good for nothing. */
type Apply = (record: JsonObject, nowMs: number) => { path: Path; reason: string } | null;

export type Transform = (record: Json, nowMs: number) => Failure | null;

/** All transformations in order. The schema has been checked: what cannot be compiled does not get this far. */
export function compileTransformations(transformations: readonly Transformation[], reference: string): Transform {
  const steps = transformations.map((transformation) => compile(transformation, reference));
  const names = transformations.map(({ label, type }) => label ?? type);
  return function transform(record, nowMs) {
    if (steps.length === 0) return null;
    if (!isObject(record)) return { pointer: '', reason: 'a record must be an object', transformation: null };
    for (const [index, apply] of steps.entries()) {
      const failed = apply(record, nowMs);
      if (failed === null) continue;
      const name = names[index] ?? '';
      return { pointer: pointerOf(failed.path), reason: failed.reason, transformation: { index, name } };
    }
    return null;
  };
}

/** Each leaves a record alone that has not the field: whether it must be there, a rule says. */
function compile(transformation: Transformation, reference: string): Apply {
  switch (transformation.type) {
    case 'rename':
      return rename(compiledPath(transformation.from), compiledPath(transformation.to));
    case 'cast': {
      const [path, to] = [compiledPath(transformation.field), transformation.to];
      return (record) => {
        const value = getField(record, path);
        if (value === undefined || value === null) return null;
        const done = cast(value, to);
        if (done === undefined) return { path, reason: `cannot be read as ${to}` };
        return put(record, path, done);
      };
    }
    case 'drop': {
      const path = compiledPath(transformation.field);
      return (record) => {
        deleteField(record, path);
        return null;
      };
    }
    case 'mask': {
      const [path, how] = [compiledPath(transformation.field), transformation.how];
      return (record) => {
        const value = getField(record, path);
        return value === undefined || value === null ? null : put(record, path, mask(value, how, reference));
      };
    }
    case 'derive': {
      const [path, template] = [compiledPath(transformation.field), parseTemplate(transformation.template) ?? []];
      return (record) => {
        const text = fillTemplate(template, record);
        if (text === null) return null;
        return text.length > MAX_RECORD_CHARS ? { path, reason: TOO_LONG } : put(record, path, text);
      };
    }
    case 'timestamp': {
      const readers = transformation.formats.map(timeReader).filter((reader) => typeof reader === 'function');
      const zoneMinutes = offsetMinutes(transformation.timezone) ?? 0;
      return timestamp(compiledPath(transformation.field), compiledPath(transformation.to), readers, zoneMinutes);
    }
  }
}

/** A name that is taken is a failure: one of the two values would be lost. */
function rename(from: Path, to: Path): Apply {
  return (record) => {
    const value = getField(record, from);
    if (value === undefined) return null;
    deleteField(record, from);
    const taken = getField(record, to);
    if (taken !== undefined && taken !== null) return { path: to, reason: 'is there already' };
    return put(record, to, value);
  };
}

function timestamp(path: Path, to: Path, readers: readonly TimeReader[], zoneMinutes: number): Apply {
  return (record, nowMs) => {
    const value = getField(record, path);
    if (value === undefined || value === null) return null;
    for (const read of readers) {
      const ms = read(value, zoneMinutes, nowMs);
      if (ms !== null) return put(record, to, ms);
    }
    return { path, reason: 'is a time in none of the formats' };
  };
}

function put(record: JsonObject, path: Path, value: Json): { path: Path; reason: string } | null {
  return setField(record, path, value) ? null : { path, reason: 'lies in something that is no object' };
}

function compiledPath(text: string): Path {
  return parsePath(text) ?? [text];
}

import type { Json } from '../../../wire/record.ts';
import type { Path } from './types.ts';

/** What `{{…}}` looks values up in: the item of the innermost `each`, and what is around it. */
export interface Scope {
  value: Json | undefined;
  outer: Scope | null;
  index: number;
  key: string;
  isLast: boolean;
}

/** `this` and `../`, then names between points; `[…]` for a name with other characters, such as `labels.[k8s/pod]`. */
const PATH =
  /^((?:\.\.\/)*)(?:this(?:\.|$))?((?:[\p{L}\p{N}_$-]+|\[[^\]]+\])(?:\.(?:[\p{L}\p{N}_$-]+|\[[^\]]+\]))*)?$/u;
const KEY = /\[([^\]]+)\]|([\p{L}\p{N}_$-]+)/gu;
const LOOP = /^@(index|first|last|key)$/;

/** Null for what is no path. */
export function parsePath(text: string): Path | null {
  const loop = LOOP.exec(text)?.[1];
  if (loop !== undefined) return { up: 0, loop: loop as Path['loop'], keys: [] };
  const [matched, ups = '', names = ''] = PATH.exec(text) ?? [];
  if (!matched) return null;
  const keys = [...names.matchAll(KEY)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  return { up: ups.length / 3, loop: null, keys };
}

/** Own properties alone: what every object inherits is no data. */
export function lookUp({ up, loop, keys }: Path, scope: Scope): Json | undefined {
  if (loop !== null) return loopValue(loop, scope);
  let from: Scope | null = scope;
  for (let i = 0; i < up && from !== null; i++) from = from.outer;
  let value = from?.value;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as { [key: string]: Json })[key];
  }
  return value;
}

function loopValue(loop: NonNullable<Path['loop']>, { index, key, isLast }: Scope): Json {
  switch (loop) {
    case 'index':
      return index;
    case 'key':
      return key;
    case 'first':
      return index === 0;
    case 'last':
      return isLast;
  }
}

/** Minifiers give names of one or two characters, other ones with each build. */
const MAX_MINIFIED_CHARS = 2;

/**
 * A function's own name, as all engines would agree on it: `Cart.pay` and `Object.pay [as onClick]` of V8, `pay/<` of Firefox. '' for what has none, and
 * for what a minifier called so.
 */
export function stableFunction(name: string | null): string {
  if (name === null) return '';
  let own = name;
  const alias = own.indexOf(' [as ');
  if (alias >= 0) own = own.slice(0, alias);
  if (own.startsWith('async ')) own = own.slice('async '.length);
  if (own.startsWith('new ')) own = own.slice('new '.length);
  // Firefox says where an anonymous function was made: inside of `pay`, in a property of `pay`.
  while (own.endsWith('<') || own.endsWith('/')) own = own.slice(0, -1);
  own = own.slice(own.lastIndexOf('/') + 1);
  own = own.slice(own.lastIndexOf('.') + 1);
  if (own.startsWith('<') || own.startsWith('(') || own === 'eval') return '';
  return own.length <= MAX_MINIFIED_CHARS ? '' : own;
}

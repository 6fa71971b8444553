/** Arguments of a list in SQL, split at the commas that are in no bracket and no string. */
export function argumentsOf(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|[(),]|[^'(),]+/g)) {
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (token === ',' && depth === 0) parts.push('');
    else parts.splice(Math.max(0, parts.length - 1), 1, `${parts.at(-1) ?? ''}${token}`);
    from += token.length;
  }
  if (from !== text.length) throw new Error(`not understood: ${text.slice(from)}`);
  return parts.map((part) => part.trim());
}

/** Name and arguments of every call of a function, the inner ones too. */
export function callsIn(sql: string): { name: string; args: string[] }[] {
  return [...sql.matchAll(/\b(\w+)\(/g)].map(({ 0: match, 1: name = '', index }) => {
    const from = index + match.length;
    return { name, args: argumentsOf(sql.slice(from, closingOf(sql, from))) };
  });
}

/** Where the bracket that was opened before `from` is closed. */
function closingOf(sql: string, from: number): number {
  let depth = 1;
  for (const { 0: token, index } of sql.slice(from).matchAll(/'(?:[^']|'')*'|[()]/g)) {
    if (token === '(') depth++;
    if (token === ')' && --depth === 0) return from + index;
  }
  throw new Error('a bracket is not closed');
}

/** Columns of a JSON object, with the expressions of their values: `json_object('a', x, …)`, or that within `json_set(…, '$.b', y, …)`. */
export function columnsOf(expression: string): Map<string, string> {
  const [, name, inner] = /^(json_object|json_set)\(([\s\S]*)\)$/.exec(expression) ?? [];
  if (name === undefined || inner === undefined) throw new Error(`no JSON object: ${expression}`);
  const args = argumentsOf(inner);
  const columns = name === 'json_set' ? columnsOf(args.shift() ?? '') : new Map<string, string>();
  for (let i = 0; i < args.length; i += 2) columns.set((args[i] ?? '').replace(/^'(\$\.)?|'$/g, ''), args[i + 1] ?? '');
  return columns;
}

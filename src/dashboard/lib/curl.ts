/**
 * A command that works as pasted into sh, bash or zsh: the values are ours, but quoted as if they were not. `page` is the
 * origin that a browser key wants to be told; without it the key is refused.
 */
export function curlCommand(origin: string, key: string, page: string | null = null): string {
  const record = { level: 'info', service: 'checkout', message: 'Hello from curl', attrs: { region: 'eu' } };
  return ingestCommand(origin, key, record, page);
}

/** Sends one record. */
export function ingestCommand(origin: string, key: string, record: object, page: string | null = null): string {
  return [
    `curl ${quote(`${origin}/api/ingest`)} \\`,
    `  -H ${quote(`Authorization: Bearer ${key}`)} \\`,
    ...(page === null ? [] : [`  -H ${quote(`Origin: ${page}`)} \\`]),
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quote(JSON.stringify(record))}`,
  ].join('\n');
}

export function queryCommand(origin: string, key: string, project: string): string {
  const url = `${origin}/api/query/logs?project=${encodeURIComponent(project)}&limit=10`;
  return [`curl ${quote(url)} \\`, `  -H ${quote(`Authorization: Bearer ${key}`)}`].join('\n');
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

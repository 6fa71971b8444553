/** A command that works as pasted into sh, bash or zsh: the values are ours, but quoted as if they were not. */
export function curlCommand(origin: string, key: string): string {
  const record = { level: 'info', service: 'checkout', message: 'Hello from curl', attrs: { region: 'eu' } };
  return [
    `curl ${quote(`${origin}/api/ingest`)} \\`,
    `  -H ${quote(`Authorization: Bearer ${key}`)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quote(JSON.stringify(record))}`,
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

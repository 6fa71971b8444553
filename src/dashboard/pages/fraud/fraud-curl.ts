/** The commands of the first use: they work as pasted, but for the key. The values are ours. */
export function loginCommand(origin: string, key: string): string {
  return command(`${origin}/api/fraud/login`, key, { userId: 'user-1' });
}

export function eventCommand(origin: string, key: string): string {
  return command(`${origin}/api/fraud/event`, key, {
    ...{ userId: 'user-1', eventType: 'withdrawal', amountCents: 12_500, gateway: 'card', success: true },
    client: { address: '192.0.2.10', userAgent: 'Mozilla/5.0', country: 'GB' },
  });
}

function command(url: string, key: string, body: object): string {
  return [
    `curl '${url}' \\`,
    `  -H 'Authorization: Bearer ${key}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}

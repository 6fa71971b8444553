import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  /** Path of the destination. */
  path: string;
  /** `data.at` of the event: when it was fired, by this process. */
  firedAtMs: number;
  atMs: number;
}

export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** What a path answers: a status, or `hang`, which is no answer. 200 where nothing is said. */
  answers: Map<string, number | 'hang'>;
  stop(): Promise<void>;
}

/** Counts what arrives, with the time at which all of it was there. Fired and received are of one clock. */
export async function startWebhookReceiver(timeOf: (body: string) => number): Promise<WebhookReceiver> {
  const [received, answers] = [[] as Received[], new Map<string, number | 'hang'>()];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const answer = answers.get(path) ?? 200;
      if (answer === 'hang') return;
      if (answer < 300) received.push({ path, firedAtMs: timeOf(body), atMs: performance.now() });
      response.writeHead(answer).end('ok');
    });
  });
  // Connections stay open between deliveries, as those of large receivers do.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ received, answers },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

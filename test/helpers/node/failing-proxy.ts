import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of one request on its way to the server. */
export type Mishap =
  | 'pass'
  /** The connection ends before the server sees anything. */
  | 'cut'
  /** The server answers, and the answer is lost: a client that repeats sends a duplicate. */
  | 'lose'
  /** The server sees the request twice, as after a retry inside the network; the client reads the second answer. */
  | 'twice'
  /** Answered by the proxy, as a server would that is overloaded; nothing reaches the server. */
  | { status: number; headers?: Record<string, string> };

export interface FailingProxy {
  url: string;
  /** How often each thing happened, by name or status. */
  readonly counts: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * An HTTP proxy that fails by plan, between an unmodified client and a real server. `plan` is asked with the number of the request (from 0) and
 * its path, so that a test decides exactly which of them fail.
 */
export async function startFailingProxy(
  targetUrl: string,
  plan: (requestNumber: number, path: string) => Mishap,
): Promise<FailingProxy> {
  const counts: Record<string, number> = {};
  const agent = new http.Agent({ keepAlive: true });
  let requests = 0;
  const server = http.createServer(async (request, response) => {
    try {
      const mishap = plan(requests++, request.url ?? '/');
      const name = typeof mishap === 'string' ? mishap : String(mishap.status);
      counts[name] = (counts[name] ?? 0) + 1;
      if (mishap === 'cut') {
        request.socket.destroy();
        return;
      }
      const body = await bodyOf(request);
      if (typeof mishap !== 'string') {
        response.writeHead(mishap.status, mishap.headers).end();
        return;
      }
      if (mishap === 'twice') await forward(targetUrl, agent, request, body);
      const answer = await forward(targetUrl, agent, request, body);
      if (mishap === 'lose') request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      // The server is down or the client has gone: for the other side the connection just ends.
      request.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** The request as it came, byte for byte, but for the framing of its connection. */
function forward(targetUrl: string, agent: http.Agent, request: http.IncomingMessage, body: Buffer): Promise<Answer> {
  const { connection: _, 'transfer-encoding': __, 'content-length': ___, expect: ____, ...headers } = request.headers;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = http.request(
    String(new URL(request.url ?? '/', targetUrl)),
    { method: request.method ?? 'GET', agent, headers: { ...headers, 'content-length': body.byteLength } },
    (answer) => {
      const { 'transfer-encoding': _____, connection: ______, ...answerHeaders } = answer.headers;
      bodyOf(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answerHeaders, body: bytes }),
        reject,
      );
    },
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

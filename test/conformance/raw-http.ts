import net from 'node:net';

export interface RawAnswer {
  /** Of every answer on the connection, in order; empty where the server only closed it. */
  statuses: number[];
  text: string;
}

/**
 * Sends bytes as they are, which no HTTP client would, and collects what comes back until the server closes or has said nothing more for
 * `quietMs`. `end`: closes this side once everything is sent.
 */
export function sendRaw(
  url: string,
  pieces: readonly (string | Uint8Array)[],
  options: { end?: boolean; quietMs?: number } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const socket = net.connect(Number(port), hostname);
  let text = '';
  const finish = (): void => {
    socket.destroy();
    resolve({ statuses: [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status)), text });
  };
  socket.setTimeout(options.quietMs ?? 1_000, finish);
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.once('close', finish);
  // The server may close while this side still sends: what it said before counts.
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish();
    else reject(error);
  });
  for (const piece of pieces) socket.write(piece);
  if (options.end) socket.end();
  return promise;
}

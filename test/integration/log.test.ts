import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../helpers/node/temporary.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';

let worker: StartedWorkerd;
beforeAll(async () => {
  worker = await startWorkerd({ vars: { LOG_LEVEL: 'debug' } });
});
afterAll(() => worker.stop());

interface Line {
  event: string;
  requestId: string;
  [field: string]: unknown;
}

function lines(): Line[] {
  return worker
    .output()
    .split('\n')
    .flatMap((line) => (line.startsWith('{"ts":') ? [JSON.parse(line)] : []));
}

const requestsTo = (route: string) => lines().filter(({ event, route: one }) => event === 'request' && one === route);

describe('the log of a running Worker', () => {
  it('has one line of JSON for a request', async () => {
    const answer = await fetch(`${worker.url}/api/projects`);
    const id = answer.headers.get('x-request-id');
    await until('the line is written', () => lines().some(({ requestId }) => requestId === id));
    expect(lines().filter(({ requestId }) => requestId === id)).toMatchObject([
      { level: 'info', event: 'request', method: 'GET', route: '/api/projects', status: 401, outcome: 'refused' },
    ]);
  });

  it('has one, and no error, for a client that hangs up before it has sent its body', async () => {
    const socket = connect(Number(new URL(worker.url).port), '127.0.0.1');
    const head =
      'POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000';
    socket.end(`${head}\r\n\r\n{"username":`);
    await until('the line is written', () => requestsTo('/api/auth/login').length > 0);
    expect(requestsTo('/api/auth/login')).toMatchObject([{ level: 'info', outcome: 'client_gone' }]);
    expect(lines().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('has one for a client that hangs up before it is answered, whether or not the runtime hears of it in time', async () => {
    const body = JSON.stringify({ username: 'nobody', password: 'none of these' });
    const head = `POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    const known = requestsTo('/api/auth/login').length;
    // A password takes a tenth of a second to check, in which the client is gone. The local runtime seldom says so.
    const socket = connect(Number(new URL(worker.url).port), '127.0.0.1');
    socket.write(`${head}\r\n\r\n${body}`, () => socket.destroy());
    await until('the line is written', () => requestsTo('/api/auth/login').length > known);
    expect(requestsTo('/api/auth/login').slice(known)).toMatchObject([
      { outcome: expect.stringMatching(/^(client_gone|refused)$/) },
    ]);
  });
});

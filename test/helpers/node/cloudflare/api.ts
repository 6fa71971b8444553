/**
 * Cloudflare's API on loopback, for the real wrangler: CLOUDFLARE_API_BASE_URL leads to it. It keeps an account's state, so that a command that is
 * repeated finds what the one before it left.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { Account } from './account.ts';
import { type Call, Refusal } from './call.ts';
import { answerCall } from './routes.ts';

export interface CloudflareApi {
  account: Account;
  /** Of the environment, for wrangler. */
  env: Record<string, string>;
  /** Each call so far, as `POST /d1/database`. */
  calls: string[];
  /** Before a call is carried out: a refusal is its answer, and nothing happens. */
  refuse: (call: Call) => Refusal | null;
  /** When a call has had its effect and before it is answered; false cuts the connection. */
  carriedOut: (call: Call) => boolean | Promise<boolean>;
  stop(): Promise<void>;
}

const ACCOUNT_ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';

export async function startCloudflareApi(): Promise<CloudflareApi> {
  const account = new Account();
  const server = createServer(async (request, response) => {
    const call = await readCall(request);
    api.calls.push(`${call.method} ${call.path}`);
    const answer = api.refuse(call) ?? (await answerCall(account, call));
    const failed = answer instanceof Refusal;
    if (!failed && !(await api.carriedOut(call))) {
      response.destroy();
      return;
    }
    response.writeHead(failed ? answer.status : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        success: !failed,
        errors: failed ? [{ code: answer.code, message: answer.message }] : [],
        messages: [],
        result: failed ? null : answer.result,
        ...(failed || answer.info === undefined ? {} : { result_info: answer.info }),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the API has no port');
  const api: CloudflareApi = {
    ...{ account, calls: [], refuse: () => null, carriedOut: () => true },
    env: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${address.port}/client/v4`,
      CLOUDFLARE_API_TOKEN: 'token-of-the-test',
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url ?? '/', 'http://api.test');
  return {
    method: request.method ?? 'GET',
    path: url.pathname.replace('/client/v4', '').replace(`/accounts/${ACCOUNT_ID}`, ''),
    query: url.searchParams,
    contentType: request.headers['content-type'] ?? '',
    authorization: request.headers.authorization ?? '',
    jurisdiction: request.headers['cf-r2-jurisdiction']?.toString() ?? null,
    body: Buffer.concat(chunks),
  };
}

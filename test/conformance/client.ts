/** The public API as its users see it: what goes in by POST /api/ingest, and comes out by the two ways to read. */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { IngestAnswer } from '../../src/wire/ingest.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import type { Project } from '../faults/project.ts';

export interface Target {
  url: string;
  project: Project;
}

export const CODINGS = {
  identity: (body: Uint8Array) => body,
  gzip: (body: Uint8Array) => gzipSync(body),
  deflate: (body: Uint8Array) => deflateSync(body),
  br: (body: Uint8Array) => brotliCompressSync(body),
  zstd: (body: Uint8Array) => zstdCompressSync(body),
} as const;
export type Coding = keyof typeof CODINGS;

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

/** A request body as it is. */
export async function post(
  target: Target,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${target.url}/api/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.project.key}`, ...headers },
    // The two Uint8Arrays differ in whether their buffer may be shared, which fetch does not mind.
    body: body as BodyInit,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export function countsOf(reply: Reply): IngestAnswer {
  return JSON.parse(reply.text) as IngestAnswer;
}

export function get(target: Target, path: string, parameters: Record<string, string>): Promise<Response> {
  const query = new URLSearchParams({ project: target.project.id, ...parameters });
  return fetch(`${target.url}${path}?${query}`, { headers: { authorization: `Bearer ${target.project.key}` } });
}

/** Every time that a record can have. */
export const ALL_TIME = { from: '-8640000000000000', to: '8640000000000000' };

/** The lines of /api/export, oldest first. */
export async function exportLines(target: Target, parameters: Record<string, string> = {}): Promise<string[]> {
  const response = await get(target, '/api/export', { ...ALL_TIME, format: 'ndjson', ...parameters });
  if (response.status !== 200) throw new Error(`the export answers ${response.status}: ${await response.text()}`);
  const text = await response.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .reverse();
}

export async function exported(target: Target, parameters: Record<string, string> = {}): Promise<LogRecord[]> {
  return (await exportLines(target, parameters)).map((line) => JSON.parse(line) as LogRecord);
}

/** Every page of /api/query/logs, oldest first. */
export async function searched(target: Target, parameters: Record<string, string> = {}): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let cursor: string | null = null;
  do {
    const response = await get(target, '/api/query/logs', {
      ...ALL_TIME,
      order: 'asc',
      limit: '1000',
      ...parameters,
      ...(cursor === null ? {} : { cursor }),
    });
    if (response.status !== 200) throw new Error(`the search answers ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as { records: LogRecord[]; nextCursor: string | null };
    records.push(...page.records);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return records;
}

/**
 * Search over a year of 10,000,000 records, 30 days of them in the database and 335 archived, through the public API: a word that one record has, one that none
 * has, the first page of a word that many have, and counts over the year. Beside it zgrep over the same bytes as files, one a day.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startWorkerd } from '../test/helpers/node/workerd.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { createTarget, type Target } from './lib/target.ts';
import { fillYear, type Year } from './lib/years-of-blocks.ts';

const DAY_MS = 86_400_000;
const TO_MS = Date.UTC(2026, 10, 27);
const YEAR: Year = {
  ...{ fromMs: TO_MS - 365 * DAY_MS, toMs: TO_MS, hotFromMs: TO_MS - 30 * DAY_MS, seed: 11 },
  records: Number(process.env.BENCH_HISTORY_RECORDS ?? 10_000_000),
};
/** Rare words, spread over the year; and runs of each other question. */
const WORDS = 40;
const RUNS = 9;
const GREPS = 3;

interface Page {
  records: { message: string }[];
  nextCursor: string | null;
  complete: boolean;
  scanned: { blocks: number; archived: number; bytes: number };
}

async function ask<T>(
  target: Target,
  route: string,
  params: Record<string, string>,
): Promise<{ answer: T; ms: number }> {
  const range = { project: target.projectId, from: String(YEAR.fromMs), to: String(YEAR.toMs) };
  const started = performance.now();
  const response = await fetch(`${target.worker.url}${route}?${new URLSearchParams({ ...range, ...params })}`, {
    headers: { authorization: `Bearer ${target.key}` },
  });
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
  return { answer: (await response.json()) as T, ms: performance.now() - started };
}

function zgrepMs(word: string, filesDir: string): number {
  const started = performance.now();
  const found = execFileSync('sh', ['-c', 'zgrep -h -i -w "$1" "$2"/*.gz | wc -l', 'sh', word, filesDir]).toString();
  if (Number(found) !== 1) throw new Error(`zgrep found ${found.trim()} lines with ${word}`);
  return performance.now() - started;
}

export async function run(): Promise<Row[]> {
  const empty = await startWorkerd();
  const made = await createTarget(await empty.signIn());
  await empty.stop();
  const filesDir = mkdtempSync(path.join(os.tmpdir(), 'bench-history-'));
  const started = performance.now();
  const filled = await fillYear(empty.stateDir, made.projectId, YEAR, { references: WORDS, filesDir });
  console.error(
    `${thousands(filled.rawBytes / 1e6)} MB raw, ${thousands(filled.packedBytes / 1e6)} MB packed in ${filled.blocks} blocks, ${filled.archivedBlocks} of them in ${filled.objects} objects, made in ${thousands((performance.now() - started) / 1_000)} s`,
  );
  const worker = await startWorkerd({ stateDir: empty.stateDir });
  try {
    const target: Target = { worker, ...made };
    const rare: number[] = [];
    const read = { blocks: 0, archived: 0 };
    for (const word of filled.references) {
      const { answer, ms } = await ask<Page>(target, '/api/query/logs', { q: word, limit: '100' });
      if (answer.records.length !== 1 || !answer.complete)
        throw new Error(`${word} was found ${answer.records.length} times`);
      rare.push(ms);
      read.blocks += answer.scanned.blocks;
      read.archived += answer.scanned.archived;
    }
    const absent: number[] = [];
    const common: number[] = [];
    const counts: number[] = [];
    const levels: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const nothing = await ask<Page>(target, '/api/query/logs', { q: `nowhere${i}zq`, limit: '100' });
      if (nothing.answer.records.length !== 0 || !nothing.answer.complete) throw new Error('something was found');
      absent.push(nothing.ms);
      const first = await ask<Page>(target, '/api/query/logs', {
        q: 'venmo accepted',
        limit: '100',
        to: String(YEAR.toMs - i),
      });
      if (first.answer.records.length !== 100) throw new Error('the page is not full');
      common.push(first.ms);
      // Each range another, so that no answer is a kept one.
      const all = await ask<{ complete: boolean }>(target, '/api/query/logs/histogram', { to: String(YEAR.toMs - i) });
      const errors = await ask<{ complete: boolean }>(target, '/api/query/logs/histogram', {
        ...{ to: String(YEAR.toMs - i), q: 'level:error' },
      });
      if (!all.answer.complete || !errors.answer.complete) throw new Error('not all was counted');
      counts.push(all.ms);
      levels.push(errors.ms);
    }
    const greps = Array.from({ length: GREPS }, (_, i) => zgrepMs(filled.references[i * 12] ?? '', filesDir));
    const zgrep = `${(median(greps) / 1_000).toFixed(1)} s`;
    const figure = (times: readonly number[]): string => `${thousands(median(times))} ms`;
    const records = `${thousands(YEAR.records)} records (${thousands(filled.rawBytes / 1e6)} MB, ${filled.archivedBlocks} of ${filled.blocks} blocks archived)`;
    return [
      {
        what: `a word of one record in ${records}, median of ${rare.length} words (p95 ${thousands(quantile(rare, 0.95))} ms; ${(read.blocks / rare.length).toFixed(0)} blocks read for each, ${(read.archived / rare.length).toFixed(0)} from the archive)`,
        reach: '≤ 1 s',
        ours: figure(rare),
        peers: { 'zgrep -i -w over the same bytes': zgrep },
      },
      { what: 'a word of none, the same range', reach: '≤ 1 s', ours: figure(absent), peers: { 'zgrep -i -w': zgrep } },
      {
        what: 'first page of 100 of two common words, the same range',
        reach: '≤ 1 s',
        ours: figure(common),
        peers: {},
      },
      { what: 'histogram of all records, the same range', reach: '≤ 1 s', ours: figure(counts), peers: {} },
      { what: 'histogram of level:error, the same range', reach: '≤ 1 s', ours: figure(levels), peers: {} },
    ];
  } finally {
    await worker.stop();
  }
}

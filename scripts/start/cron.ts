import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'smol-toml';
import { nextRunMs } from '../../src/jobs/schedule.ts';
import { PROJECT_DIR } from '../lib/run.ts';
import { reasonOf } from '../lib/stop.ts';
import { isObject } from './api.ts';

/** `setTimeout` of Node wraps at 2^31 ms; a day is far enough to look ahead in one sleep. */
const MAX_SLEEP_MS = 24 * 3_600_000;

/** The cron expressions of wrangler.toml. */
export function cronExpressions(): string[] {
  const config = parse(readFileSync(path.join(PROJECT_DIR, 'wrangler.toml'), 'utf8'));
  const crons = isObject(config.triggers) ? config.triggers.crons : [];
  return Array.isArray(crons) ? crons.map(String) : [];
}

/** wrangler dev never fires a cron by itself. Runs each expression when it is due by the shifted clock, until aborted. */
export async function driveCrons(url: string, clockOffsetMs: number, signal: AbortSignal): Promise<void> {
  await Promise.all(cronExpressions().map((expression) => driveOne(url, expression, clockOffsetMs, signal)));
}

async function driveOne(url: string, expression: string, clockOffsetMs: number, signal: AbortSignal): Promise<void> {
  const nowMs = () => Date.now() + clockOffsetMs;
  let dueMs = nextRunMs(expression, nowMs());
  while (!signal.aborted) {
    const waitMs = dueMs - nowMs();
    if (waitMs > 0) {
      await sleep(Math.min(waitMs, MAX_SLEEP_MS), undefined, { signal }).catch(onlyAbort);
      continue;
    }
    await trigger(url, expression, dueMs, signal);
    dueMs = nextRunMs(expression, nowMs());
  }
}

async function trigger(url: string, expression: string, dueMs: number, signal: AbortSignal): Promise<void> {
  const query = new URLSearchParams({ cron: expression, time: String(dueMs), format: 'json' });
  try {
    const answer = await fetch(`${url}/cdn-cgi/local/scheduled?${query}`, { signal });
    const text = await answer.text();
    if (!answer.ok || !text.includes('"ok"')) console.error(`cron "${expression}" failed: ${text.slice(0, 200)}`);
  } catch (error) {
    if (!signal.aborted) console.error(`cron "${expression}" was not run: ${reasonOf(error)}`);
  }
}

function onlyAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

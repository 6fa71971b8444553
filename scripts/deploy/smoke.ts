import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';

export interface Seen {
  status: number;
  body: unknown;
}

/** A new name under workers.dev has its certificate within a minute, and a version is everywhere within seconds. */
const LIMIT_MS = 120_000;
const PAUSE_MS = 2_000;
const REQUEST_MS = 10_000;

/** What was deployed: the id is that of the version as wrangler says it, and `version_metadata` in the Worker. Two deployments may be of one release. */
export interface Expected {
  version: string;
  deploymentId: string;
}

/** Why this is not yet the deployment that was just made, or null: it is alive, is this one and not the one before, and reaches its stores. */
export function notYet(expected: Expected, health: Seen, ready: Seen): string | null {
  if (health.status !== 200) return `/health answers ${health.status}`;
  const other = otherThan(expected, '/health', health.body);
  if (other !== null) return other;
  // Asked of this answer too: it may come from a place that still runs the deployment before.
  if (ready.status === 200) return otherThan(expected, '/api/ready', ready.body);
  const checks = isObject(ready.body) && Array.isArray(ready.body.checks) ? ready.body.checks.filter(isObject) : [];
  const failing = checks.filter(({ ok }) => ok === false).map(({ name }) => name);
  return `/api/ready answers ${ready.status}${failing.length > 0 ? ` for ${failing.join(', ')}` : ''}`;
}

function otherThan({ version, deploymentId }: Expected, path: string, body: unknown): string | null {
  const answered = isObject(body) ? body.version : undefined;
  if (answered !== version) return `${path} is of version ${answered}, not ${version}`;
  const deployment = isObject(body) && isObject(body.deployment) ? body.deployment.id : undefined;
  return deployment === deploymentId ? null : `${path} is of deployment ${deployment}, not ${deploymentId}`;
}

/** Asks until the deployment answers as it must; throws a Stop with what was wrong last. */
export async function smokeTest(
  url: string,
  expected: Expected,
  limits = { limitMs: LIMIT_MS, pauseMs: PAUSE_MS },
): Promise<void> {
  const deadlineMs = Date.now() + limits.limitMs;
  for (;;) {
    const problem = await lookOnce(url, expected);
    if (problem === null) return;
    if (Date.now() > deadlineMs)
      throw new Stop(
        `It is deployed, and ${url} does not answer as it must: ${problem}. "npx wrangler tail" shows its log, docs/deploy.md how to go back.`,
      );
    await sleep(limits.pauseMs);
  }
}

async function lookOnce(url: string, expected: Expected): Promise<string | null> {
  try {
    return notYet(expected, await get(`${url}/health`), await get(`${url}/api/ready`));
  } catch (error) {
    return reasonOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  }
}

async function get(url: string): Promise<Seen> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS), redirect: 'manual' });
  const text = await answer.text();
  return {
    status: answer.status,
    body: answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
  };
}

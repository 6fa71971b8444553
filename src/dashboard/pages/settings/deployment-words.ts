import type { Lag, ReadyAnswer, ReadyCheck } from '../../../wire/health.ts';
import { duration, exact, fineDuration, plural } from '../../lib/format.ts';
import type { Tone } from '../../lib/tone.ts';

export const STATUS: Readonly<Record<ReadyAnswer['status'], { tone: Tone; words: string }>> = {
  ready: { tone: 'ok', words: 'Every store and every class of object answers.' },
  degraded: { tone: 'warn', words: 'Requests are served. Something that may wait is not done.' },
  not_ready: { tone: 'bad', words: 'Requests fail, or some of them do.' },
};

const CHECKS: Readonly<Record<string, string>> = {
  database: 'Database (D1)',
  store: 'Bucket (R2)',
  journal: 'Journals',
  hub: 'Hubs of sockets',
  limiter: 'Limiters',
  fraud: 'Fraud sessions',
  destination: 'Destinations',
  alerts: 'Alerts',
  metrics: 'Metrics',
  cron: 'Cron',
};

/** A check that is newer than this page has its own name. */
export function checkName({ name }: ReadyCheck): string {
  return CHECKS[name] ?? name;
}

export function checkStatus({ ok, mayWait }: ReadyCheck): { tone: Tone; word: string } {
  if (ok) return { tone: 'ok', word: 'ok' };
  return mayWait ? { tone: 'warn', word: 'late' } : { tone: 'bad', word: 'away' };
}

/** What runs since when, in a sentence. */
export function deployedWords({ version, deployment }: Pick<ReadyAnswer, 'version' | 'deployment'>): string {
  if (deployment === null) return `Version ${version}`;
  const tag = deployment.tag === null ? '' : `, ${deployment.tag}`;
  return `Version ${version}${tag}, deployed ${fineDuration(deployment.uptimeSeconds * 1_000)} ago`;
}

export function lagRows({ sealMs, archiveMs, archiveDueBlocks, auditMs }: Lag): { name: string; value: string }[] {
  const dueBlocks = archiveDueBlocks ?? 0;
  return [
    { name: 'Sealing', value: behind(sealMs, 'the oldest record waits') },
    {
      name: 'Archive',
      value:
        archiveMs === 0
          ? 'nothing is due'
          : `${behind(archiveMs, 'late by')}${dueBlocks > 0 ? `, ${plural(dueBlocks, 'block')} due` : ''}`,
    },
    { name: 'Audit trail', value: auditMs === 0 ? 'all is sealed' : behind(auditMs, 'the oldest entry waits') },
  ];
}

function behind(ms: number | null, words: string): string {
  if (ms === null) return 'not known: nobody answered';
  return ms === 0 ? 'nothing waits' : `${words} ${duration(ms)}`;
}

export function tookText({ durationMs }: ReadyCheck): string {
  return `${exact(durationMs)} ms`;
}

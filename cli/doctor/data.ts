import { SLOW_BACKLOG_BYTES } from '../../src/wire/limits.ts';
import type { Client } from '../client.ts';
import { spanWords } from '../time.ts';
import { type Finding, fail, fine, warn } from './finding.ts';

/** A project that sends is heard more often than this. */
const SILENT_MS = 3_600_000;
const NEARLY = 0.8;
/** Reasons of each kind that are told, the most frequent first. */
const TOLD = 3;

interface Ledger {
  received: number;
  keys: { lastRecordAtMs: number }[];
  minutes: { received: number; stored: number; duplicate: number; rejected: number; refused: number }[];
  reasons: { reason: string; records: number }[];
  refusals: { code: string; requests: number }[];
  journal: { backlogRecords: number; largestBacklogBytes: number; sealFailingSinceMs: number | null };
}

const REASON_FIXES: Readonly<Record<string, string>> = {
  '/ts':
    'The time is not readable, or too far ahead: check the clock and the format of the sender (Unix ms or ISO 8601).',
  '/level': 'Send one of trace, debug, info, warn, error, fatal.',
  '/stream': 'The stream does not exist, or the key may not write it.',
};

const REFUSAL_FIXES: Readonly<Record<string, string>> = {
  key_revoked:
    'A program still sends with a key that has ended: "breakwater keys list --all" names it. Give it a new one.',
  rate_limited: 'Send larger batches, or raise the rate of the project (Settings).',
  quota_exceeded: 'The quota of a key is used up until midnight UTC: rotate it with a larger one.',
  body_too_large: 'Send at most 16 MiB in a request.',
  too_many_records: 'Send at most 50,000 records in a request.',
  malformed_body: 'The body is no JSON or NDJSON: see docs/clients.md for the settings of each shipper.',
  origin_refused: 'A page of another origin uses a browser key: add its origin to a new key.',
  backlog_full: 'The database takes no blocks: see the findings above.',
};

/** What arrives, and what is turned away. */
export async function lookAtData(client: Client, nowMs: number): Promise<Finding[]> {
  const path = `/api/projects/${encodeURIComponent(client.projectId)}/ledger`;
  const ledger = await client.get<Ledger>(path);
  const sum = (pick: (minute: Ledger['minutes'][number]) => number) =>
    ledger.minutes.reduce((total, minute) => total + pick(minute), 0);
  const lastMs = Math.max(0, ...ledger.keys.map(({ lastRecordAtMs }) => lastRecordAtMs));
  const findings: Finding[] = [];
  if (ledger.received === 0)
    findings.push(warn('data', 'no record has ever arrived', 'Try: echo hello | breakwater send'));
  else if (nowMs - lastMs > SILENT_MS)
    findings.push(
      warn(
        'data',
        `the last record came ${spanWords(nowMs - lastMs)} ago`,
        'Look at the log of what sends; Sources in the dashboard names it.',
      ),
    );
  else
    findings.push(
      fine(
        'data',
        `${sum(({ stored }) => stored)} records stored in the last hour, ${sum(({ duplicate }) => duplicate)} known already`,
      ),
    );
  for (const { reason, records } of most(ledger.reasons, ({ records }) => records)) {
    const fix = REASON_FIXES[reason] ?? 'docs/api.md, Ingest, says what a record may hold.';
    findings.push(warn('rejected', `${records} records in the last hour: ${reason}`, fix));
  }
  for (const { code, requests } of most(ledger.refusals, ({ requests }) => requests)) {
    const fix = REFUSAL_FIXES[code] ?? `docs/errors.md explains ${code}.`;
    findings.push(warn('refused', `${requests} requests in the last hour: ${code}`, fix));
  }
  const { sealFailingSinceMs, largestBacklogBytes, backlogRecords } = ledger.journal;
  if (sealFailingSinceMs !== null)
    findings.push(
      fail(
        'sealing',
        `the database refuses blocks for ${spanWords(nowMs - sealFailingSinceMs)}; ${backlogRecords} records wait in the journal`,
        'Is the database full? "breakwater doctor" with a key of scope admin says so; else the Worker\'s log.',
      ),
    );
  else if (largestBacklogBytes > SLOW_BACKLOG_BYTES)
    findings.push(
      warn(
        'sealing',
        `${backlogRecords} records wait to be sealed`,
        'More comes than is sealed: raise JOURNAL_SHARDS.',
      ),
    );
  return findings;
}

function most<T>(rows: readonly T[], weight: (row: T) => number): T[] {
  return [...rows].sort((one, other) => weight(other) - weight(one)).slice(0, TOLD);
}

interface Limits {
  limits: { ingestPerMinute: number; queryPerMinute: number };
  used: { ingest: number; query: number };
  quotas: { name: string; recordsPerDay: number; left: number }[];
}

/** Whether a rate or a quota is nearly used up. */
export async function lookAtLimits(client: Client): Promise<Finding[]> {
  const path = `/api/projects/${encodeURIComponent(client.projectId)}/limits`;
  const { limits, used, quotas } = await client.get<Limits>(path);
  const findings: Finding[] = [];
  for (const [what, count, limit] of [
    ['ingest', used.ingest, limits.ingestPerMinute],
    ['query', used.query, limits.queryPerMinute],
  ] as const) {
    if (count >= limit * NEARLY)
      findings.push(
        warn(
          'limits',
          `${count} of ${limit} ${what} requests of this minute`,
          'Send larger batches, or raise the rate of the project.',
        ),
      );
  }
  for (const { name, recordsPerDay, left } of quotas) {
    if (left <= recordsPerDay * (1 - NEARLY))
      findings.push(
        warn(
          'limits',
          `the key "${name}" has ${left} of ${recordsPerDay} records left today`,
          'Rotate it with a larger quota before it is used up.',
        ),
      );
  }
  return findings.length > 0
    ? findings
    : [fine('limits', `${used.ingest} of ${limits.ingestPerMinute} requests this minute`)];
}

interface WebhookHealth {
  status: string;
  destinations: {
    destinationId: string;
    name: string;
    disabled: boolean;
    disabledReason: string | null;
    breaker: { state: string };
    deadLetters: number;
  }[];
  unknown: unknown[];
}

/** Where alerts go. */
export async function lookAtWebhooks(client: Client): Promise<Finding[]> {
  const answer = await client.try('GET', '/api/health/webhook', { query: { project: client.projectId } });
  const { destinations, unknown } = (await answer.json()) as WebhookHealth;
  const findings = destinations.flatMap(({ destinationId, name, disabled, disabledReason, breaker, deadLetters }) => [
    ...(disabledReason === 'gone'
      ? [
          warn(
            'webhooks',
            `"${name}" answered that it is gone, and is disabled`,
            'Give it another address, or remove it.',
          ),
        ]
      : []),
    ...(breaker.state !== 'CLOSED' && !disabled
      ? [
          warn(
            'webhooks',
            `the breaker of "${name}" is ${breaker.state}`,
            'Its receiver fails or is slow; what it should get waits in its queue.',
          ),
        ]
      : []),
    ...(deadLetters > 0
      ? [
          warn(
            'webhooks',
            `"${name}" has ${deadLetters} dead letters`,
            `Once it is well: breakwater deliveries replay --destination ${destinationId} --all`,
          ),
        ]
      : []),
  ]);
  if (unknown.length > 0)
    findings.push(fail('webhooks', `${unknown.length} destinations do not answer`, "Look into the Worker's log."));
  if (findings.length > 0) return findings;
  return [
    fine(
      'webhooks',
      destinations.length === 0 ? 'there is no destination' : `${destinations.length} destinations are well`,
    ),
  ];
}

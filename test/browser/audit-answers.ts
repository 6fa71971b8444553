/** Answers of the audit routes, made up: for what no real trail has in a test, such as 100,000 entries and one that was altered. */
import type { Page, Route } from 'playwright-core';
import type {
  AuditActorKind,
  AuditCheckpoint,
  AuditEntry,
  AuditFinding,
  AuditKey,
  AuditProof,
  AuditStatus,
  ListedCheckpoint,
  SchemaChange,
} from '../../src/wire/audit.ts';

export interface MadeUpAudit {
  entries: number;
  status: AuditStatus;
  changes: SchemaChange[];
  keys: AuditKey[];
  /** Put into the database by somebody: before the others. */
  forged: ListedCheckpoint[];
  /** How many entries a search looks at in one answer. */
  searched: number;
  /** What the acceptance of the gap is refused with; null for nothing. */
  refusal: string | null;
  sent: { method: string; path: string; body: unknown }[];
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
export const LONG = 'a-destination-with-a-name-that-never-ends-'.repeat(10);
export const RTL = 'فريق المناوبة الليلية';
const ACTORS: [AuditActorKind, string | null, string | null][] = [
  ['user', 'usr_1', 'ada'],
  ['key', 'key_7', LONG],
  ['system', 'archive', null],
  ['console', null, null],
  ['user', 'usr_2', RTL],
  ['anonymous', null, null],
];
const CONDITION = (threshold: number) =>
  JSON.stringify({ kind: 'log_count', query: 'level:error', threshold, groupBy: 'service' });

/** The newest is number `count`. */
export function madeUpEntry(seq: number, count: number, nowMs: number): AuditEntry {
  const [actorKind, actorId, actorName] = ACTORS[seq % ACTORS.length] ?? ['user', null, null];
  const isChange = seq % 2 === 0;
  const operation = (['insert', 'update', 'delete'] as const)[(seq / 2) % 3] ?? 'update';
  const target = ['dst_1', LONG, 'rul_0042', RTL][seq % 4] ?? '';
  const values = (threshold: number, name: string) => ({
    ...{ id: target, name, secret: '[redacted]', condition: CONDITION(threshold), version: threshold, note: null },
  });
  return {
    ...{ seq, kind: isChange ? 'change' : 'action', atMs: nowMs - (count - seq) * 7 * SECOND_MS },
    ...{ actorKind, actorId, actorName },
    action: isChange ? `alert_rules.${operation}` : 'rule.change',
    target,
    projectId: seq % 3 === 0 ? null : 'prj_gone',
    requestId: `req_${Math.ceil(seq / 4)}`,
    address: actorKind === 'console' ? '' : actorKind === 'system' ? 'cron' : '203.0.113.7',
    detail: isChange ? {} : { name: target, before: 10, after: 20 },
    change: isChange
      ? {
          ...{ table: 'alert_rules', operation },
          oldValues: operation === 'insert' ? null : values(10, `${RTL} 10`),
          newValues: operation === 'delete' ? null : { ...values(20, `${RTL} 20`), secret: '[redacted, changed]' },
        }
      : null,
    sealed: seq <= count - 2,
  };
}

const CHECKPOINT = (size: number, nowMs: number): AuditCheckpoint => ({
  ...{ size, rootHash: 'Cl2MJOyJ9m4tGqUIFz2nV1bT0ZTGTlLJmTMNNUeq7ZU=', signedAtMs: nowMs - 40 * SECOND_MS },
  kid: 'k_2026_11',
  note: `breakwater.example/audit\n${size}\nCl2MJOyJ9m4tGqUIFz2nV1bT0ZTGTlLJmTMNNUeq7ZU=\n\n— breakwater.example/audit ${'c2ln'.repeat(24)}\n`,
});

const FINDINGS = (nowMs: number): AuditFinding[] => [
  {
    ...{ id: 'fnd_1', kind: 'altered', seq: 42, foundAtMs: nowMs - HOUR_MS, acknowledged: null },
    detail: `Entry 42 does not hash to what was sealed. ${LONG}`,
  },
  {
    ...{ id: 'fnd_2', kind: 'console_write', seq: 33, foundAtMs: nowMs - 5 * HOUR_MS, acknowledged: null },
    detail: 'destinations was written without a context.',
  },
  { ...{ id: 'fnd_3', kind: 'schema', seq: null, foundAtMs: nowMs - 9 * HOUR_MS, acknowledged: null }, detail: RTL },
];

const schemaChange = (i: number, nowMs: number): SchemaChange => ({
  ...{
    id: `sch_${i}`,
    foundAtMs: nowMs - i * HOUR_MS,
    type: (['table', 'index', 'trigger'] as const)[i % 3] ?? 'table',
  },
  ...{
    change: (['added', 'changed', 'removed'] as const)[i % 3] ?? 'added',
    name: i === 4 ? LONG : `audit_changes_${i}`,
  },
  migration: i === 1 ? null : '0025_audit_changes.sql',
  oldSql: i % 3 === 0 ? null : 'CREATE INDEX audit_by_actor ON audit (actor_id, seq)',
  newSql: i % 3 === 2 ? null : 'CREATE INDEX audit_by_actor ON audit (actor_id, seq DESC)',
});

export function madeUpAudit(entries: number, nowMs = Date.now()): MadeUpAudit {
  const some = entries > 0;
  return {
    entries,
    status: {
      ...{ entries, sealedSize: Math.max(0, entries - 2), checkpoint: some ? CHECKPOINT(entries - 2, nowMs) : null },
      unsealedSinceMs: some ? nowMs - 20 * SECOND_MS : null,
      verifiedAtMs: some ? nowMs - 3 * HOUR_MS : null,
      ...{ verifying: null, gap: null, findings: [] },
    },
    changes: some ? Array.from({ length: 300 }, (_, i) => schemaChange(i, nowMs)) : [],
    keys: some
      ? [
          {
            ...{ kid: 'k_2026_11', publicKey: 'q83v'.repeat(11), sinceMs: nowMs - 30 * 24 * HOUR_MS },
            verifierKey: `breakwater.example/audit+0a1b2c3d+${'q83v'.repeat(11)}`,
          },
        ]
      : [],
    ...{ searched: 20_000, sent: [], forged: [], refusal: null },
  };
}

export function altered(made: MadeUpAudit, nowMs = Date.now()): MadeUpAudit {
  return { ...made, status: { ...made.status, findings: FINDINGS(nowMs) } };
}

/** 250,000 numbers that were skipped behind the checkpoint, with two entries behind them. */
export function withGap(made: MadeUpAudit, nowMs = Date.now()): MadeUpAudit {
  const fromSeq = made.status.sealedSize + 1;
  const toSeq = fromSeq + 249_999;
  const finding: AuditFinding = {
    ...{ id: `missing/${fromSeq}-${toSeq}`, kind: 'missing', seq: fromSeq, foundAtMs: nowMs - 60_000 },
    acknowledged: null,
    detail: `Entries ${fromSeq} to ${toSeq} are not there: numbers were skipped, and nothing behind them is sealed until an administrator accepts the gap.`,
  };
  const gap = { fromSeq, toSeq, accepted: false };
  return { ...made, status: { ...made.status, entries: toSeq + 2, gap, findings: [finding] } };
}

function problem(route: Route, detail: string): Promise<void> {
  const json = {
    type: 'about:blank',
    title: 'Refused',
    status: 409,
    code: 'audit_gap_too_wide',
    detail,
    requestId: 'r',
    errors: [],
  };
  return route.fulfill({ status: 409, contentType: 'application/problem+json', json });
}

/** A row that no key of the deployment signed. */
export function withForged(made: MadeUpAudit, nowMs = Date.now()): MadeUpAudit {
  const note = `breakwater.example/audit\n1000000\n${'B'.repeat(43)}=\n\n— breakwater.example/audit ${'Zm9y'.repeat(24)}\n`;
  const forged = { ...CHECKPOINT(1_000_000, nowMs), note, signed: false };
  return { ...made, forged: [forged] };
}

/** Answers every audit route of the page from here on. */
export async function answerAudit(page: Page, made: MadeUpAudit): Promise<void> {
  const nowMs = Date.now();
  await page.route(/\/api\/audit\b/, async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace('/api/', '');
    const method = request.method();
    if (method !== 'GET') made.sent.push({ method, path, body: request.postDataJSON() });
    const json = (answer: object, status = 200) => route.fulfill({ status, json: answer });
    const [, second = '', third = ''] = path.split('/');
    const limit = Number(url.searchParams.get('limit') ?? 50);
    if (second === 'status') return json(made.status);
    if (second === 'verify') {
      const doneSeq = (made.status.verifying?.doneSeq ?? 0) + Math.ceil(made.entries / 3);
      made.status = {
        ...made.status,
        ...(doneSeq >= made.entries
          ? { verifying: null, verifiedAtMs: nowMs }
          : { verifying: { doneSeq, toSeq: made.entries } }),
      };
      return json(made.status);
    }
    if (second === 'gap') {
      const { gap } = made.status;
      if (made.refusal !== null || gap === null) return problem(route, made.refusal ?? 'There is no such gap.');
      made.status = { ...made.status, gap: { ...gap, accepted: true } };
      return json({ fromSeq: gap.fromSeq, toSeq: gap.toSeq });
    }
    if (second === 'acknowledge') {
      const { findingId, reason } = request.postDataJSON() as { findingId: string; reason: string };
      const acknowledged = { seq: made.entries, atMs: nowMs, by: 'Ada', reason };
      const findings = made.status.findings.map((one) => (one.id === findingId ? { ...one, acknowledged } : one));
      made.status = { ...made.status, findings };
      return json(made.status);
    }
    if (second === 'seal') {
      made.status = { ...made.status, sealedSize: made.entries, checkpoint: CHECKPOINT(made.entries, Date.now()) };
      return json(made.status);
    }
    if (second === 'checkpoints') {
      const cursor = url.searchParams.get('cursor');
      const before = Number(cursor ?? made.status.sealedSize + 1);
      const sizes = Array.from({ length: limit }, (_, i) => before - 1 - i).filter((size) => size > 0);
      const ours = sizes.map((size) => ({ ...CHECKPOINT(size, nowMs - (made.entries - size) * 60_000), signed: true }));
      const items = cursor === null ? [...made.forged, ...ours] : ours;
      return json({ items, nextCursor: (sizes.at(-1) ?? 1) > 1 ? String(sizes.at(-1)) : null });
    }
    if (second === 'keys') return json({ items: made.keys, nextCursor: null });
    if (second === 'schema-changes') {
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const items = made.changes.slice(from, from + limit);
      return json({ items, nextCursor: from + limit < made.changes.length ? String(from + limit) : null });
    }
    if (second === 'proof') {
      const proof: AuditProof = {
        ...{ leaf: JSON.stringify({ seq: Number(third) }), leafIndex: Number(third) - 1, treeSize: made.entries },
        ...{ path: ['YQ==', 'Yg=='], checkpoint: made.status.checkpoint?.note ?? '' },
      };
      return json(proof);
    }
    return json(pageOf(made, url.searchParams, limit, nowMs));
  });
}

function pageOf(made: MadeUpAudit, params: URLSearchParams, limit: number, nowMs: number) {
  const wanted = Object.fromEntries(params);
  const fits = (entry: AuditEntry) =>
    (!wanted.actor || entry.actorId === wanted.actor) &&
    (!wanted.actorKind || entry.actorKind === wanted.actorKind) &&
    (!wanted.action ||
      entry.action === wanted.action ||
      entry.action.startsWith(wanted.action.replace('*', '\u0000'))) &&
    (!wanted.target || entry.target === wanted.target) &&
    (!wanted.table || entry.change?.table === wanted.table) &&
    (!wanted.operation || entry.change?.operation === wanted.operation) &&
    (!wanted.project || entry.projectId === wanted.project) &&
    (!wanted.requestId || entry.requestId === wanted.requestId) &&
    (!wanted.from || entry.atMs >= Number(wanted.from)) &&
    (!wanted.to || entry.atMs < Number(wanted.to)) &&
    (!wanted.q || JSON.stringify(entry).includes(wanted.q));
  const items: AuditEntry[] = [];
  let seq = Math.min(made.entries, Number(params.get('cursor') ?? made.entries + 1) - 1);
  const until = params.get('q') ? Math.max(0, seq - made.searched) : 0;
  for (; seq > until && items.length < limit; seq--) {
    const entry = madeUpEntry(seq, made.entries, nowMs);
    if (fits(entry)) items.push(entry);
  }
  const isHalted = items.length < limit && seq > 0;
  return { items, nextCursor: seq > 0 ? String(seq + 1) : null, searchedToSeq: isHalted ? seq + 1 : null };
}

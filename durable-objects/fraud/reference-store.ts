import { type Listed, type LookupQuery, MAX_GRAPH_NODES, MAX_LISTED_ACCOUNTS } from '../../src/fraud/calls.ts';
import type { Loaded } from '../../src/fraud/facts.ts';
import { MAX_COUNTED } from '../../src/fraud/risk/facts.ts';
import {
  type AccountGraph,
  type GraphNode,
  REFERENCE_TYPES,
  type Reference,
  type ReferenceType,
  type SharedReference,
  type Verdict,
} from '../../src/wire/fraud.ts';

/** Rows that one page of the look-up of everything goes through: 10 ms. It may be short, and its cursor goes on behind them. */
const MAX_SCANNED = 20_000;
/** References of one account that are followed, phones and e-mails before devices, of which one account can have any number. */
const MAX_FOLLOWED = 200;
const OWN_LINKS = `SELECT type, reference, last_seen_at_ms FROM user_references WHERE user_id = ?1 ORDER BY type DESC, reference DESC LIMIT ${MAX_FOLLOWED}`;

interface Groups {
  groups: { type: ReferenceType; reference: string; total: number }[];
  /** Where there are more behind it. */
  end: { type: ReferenceType; reference: string } | null;
}

/** Which accounts have a phone, e-mail or device in common, known by keyed hashes. */
export class ReferenceStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(userId: string, type: ReferenceType, reference: string, nowMs: number): void {
    this.#sql.exec(
      `INSERT INTO user_references (type, reference, user_id, first_seen_at_ms, last_seen_at_ms) VALUES (?1,?2,?3,?4,?4)
       ON CONFLICT (type, reference, user_id) DO UPDATE SET last_seen_at_ms = ?4`,
      ...[type, reference, userId, nowMs],
    );
  }

  has(userId: string, type: ReferenceType, reference: string): boolean {
    return (
      this.#sql
        .exec(
          'SELECT 1 FROM user_references WHERE type = ? AND reference = ? AND user_id = ?',
          ...[type, reference, userId],
        )
        .toArray().length > 0
    );
  }

  remove(userId: string, type: ReferenceType, reference: string): void {
    this.#sql.exec(
      'DELETE FROM user_references WHERE type = ? AND reference = ? AND user_id = ?',
      ...[type, reference, userId],
    );
  }

  /** That were registered: a device that the user was only seen on is none of them. */
  countOf(userId: string, type: ReferenceType): number {
    return this.#sql
      .exec<{ total: number }>(
        `SELECT count(*) AS total FROM user_references r WHERE user_id = ? AND type = ? AND (type <> 'device'
           OR NOT EXISTS (SELECT 1 FROM user_devices d WHERE d.user_id = r.user_id AND d.device_ref = r.reference))`,
        ...[userId, type],
      )
      .one().total;
  }

  accounts(type: ReferenceType, reference: string): number {
    return this.#sql
      .exec<{ total: number }>(
        'SELECT count(*) AS total FROM user_references WHERE type = ? AND reference = ?',
        ...[type, reference],
      )
      .one().total;
  }

  /** Other accounts that share something with this one, counted up to MAX_COUNTED links. */
  shared(userId: string): Loaded['shared'] {
    const row = this.#sql
      .exec<{ accounts: number; fraud: number; types: string | null }>(
        `SELECT count(DISTINCT l.user_id) AS accounts, count(DISTINCT CASE WHEN u.verdict = 'fraud' THEN l.user_id END) AS fraud,
           group_concat(DISTINCT l.type) AS types
         FROM (SELECT b.user_id, b.type FROM (${OWN_LINKS}) a CROSS JOIN user_references b ON b.type = a.type AND b.reference = a.reference
                 AND b.user_id <> ?1 LIMIT ${MAX_COUNTED}) l LEFT JOIN users u ON u.user_id = l.user_id`,
        userId,
      )
      .one();
    return { accounts: row.accounts, fraudAccounts: row.fraud, types: row.types?.split(',').sort() ?? [] };
  }

  of(userId: string): Reference[] {
    return this.#sql
      .exec<{ type: ReferenceType; reference: string; first: number; last: number; accounts: number }>(
        `SELECT a.type, a.reference, a.first_seen_at_ms AS first, a.last_seen_at_ms AS last,
           (SELECT count(*) FROM user_references b WHERE b.type = a.type AND b.reference = a.reference) AS accounts
         FROM user_references a WHERE a.user_id = ? ORDER BY a.type, a.first_seen_at_ms, a.reference`,
        userId,
      )
      .toArray()
      .map(({ type, reference, first, last, accounts }) => ({
        ...{ type, reference, accounts, firstSeenAtMs: first, lastSeenAtMs: last },
      }));
  }

  lookup(query: LookupQuery): Listed<SharedReference> {
    const { groups, end } = this.#groups(query);
    const found = groups.filter(({ total }) => total >= query.minAccounts);
    const items = found.slice(0, query.limit).map(({ type, reference, total }) => ({
      ...{ type, reference, accountCount: total },
      accounts: this.#accountsOf(type, reference),
    }));
    const last = found.length > query.limit ? items.at(-1) : end;
    return { items, nextCursor: last ? `${last.type}.${last.reference}` : null };
  }

  /** By the narrowest of what is asked, in the order of the cursor. */
  #groups({ minAccounts, type, userId, reference, cursor }: LookupQuery): Groups {
    const [afterType = '', afterReference = ''] = cursor?.split('.') ?? [];
    const isBehind = (t: string, r: string) => t > afterType || (t === afterType && r > afterReference);
    if (reference !== null) {
      const groups = (type === null ? [...REFERENCE_TYPES].sort() : [type])
        .filter((t) => isBehind(t, reference) && (userId === null || this.has(userId, t, reference)))
        .map((t) => ({ type: t, reference, total: this.accounts(t, reference) }));
      return { groups: groups.filter(({ total }) => total > 0), end: null };
    }
    if (userId !== null) {
      const groups = this.#sql
        .exec<Groups['groups'][number]>(
          `SELECT a.type, a.reference, (SELECT count(*) FROM user_references b WHERE b.type = a.type AND b.reference = a.reference) AS total
           FROM (SELECT type, reference FROM user_references WHERE user_id = ?1 AND (type, reference) > (?2, ?3) AND (?4 IS NULL OR type = ?4)
             ORDER BY type, reference LIMIT ${MAX_SCANNED}) a`,
          ...[userId, afterType, afterReference, type],
        )
        .toArray();
      return { groups, end: groups.length === MAX_SCANNED ? (groups.at(-1) ?? null) : null };
    }
    const from =
      type === null
        ? { where: '(type, reference) > (?1, ?2)', bindings: [afterType, afterReference] }
        : { where: 'type = ?1 AND reference > ?2', bindings: [type, type === afterType ? afterReference : ''] };
    if (type !== null && type < afterType) return { groups: [], end: null };
    return this.#scanned(from, minAccounts);
  }

  #scanned({ where, bindings }: { where: string; bindings: string[] }, minAccounts: number): Groups {
    const scanned = `SELECT type, reference FROM user_references WHERE ${where} ORDER BY type, reference`;
    const groups = this.#sql
      .exec<Groups['groups'][number]>(
        `SELECT type, reference, count(*) AS total FROM (${scanned} LIMIT ${MAX_SCANNED}) GROUP BY type, reference
         HAVING total >= ?3 ORDER BY type, reference`,
        ...[...bindings, minAccounts],
      )
      .toArray();
    const [end] = this.#sql
      .exec<{ type: ReferenceType; reference: string }>(`${scanned} LIMIT 1 OFFSET ${MAX_SCANNED - 1}`, ...bindings)
      .toArray();
    if (!end) return { groups, end: null };
    // The last one may go on behind the part that was looked at.
    const isEnd = (of: typeof end) => of.type === end.type && of.reference === end.reference;
    const total = this.accounts(end.type, end.reference);
    return { groups: [...groups.filter((group) => !isEnd(group)), { ...end, total }], end };
  }

  /** From a user over what he shares to others, and from them to what they have: two steps, MAX_GRAPH_NODES at most. */
  graph(userId: string): AccountGraph {
    const nodes = new Map<string, GraphNode>();
    const edges = new Map<string, AccountGraph['edges'][number]>();
    let cut = false;
    const addUser = (row: { user_id: string; risk_score: number | null; verdict: Verdict | null }): boolean => {
      const id = `user:${row.user_id}`;
      if (nodes.has(id)) return true;
      if (nodes.size >= MAX_GRAPH_NODES) {
        cut = true;
        return false;
      }
      nodes.set(id, {
        ...{ id, kind: 'user', label: row.user_id },
        ...(row.risk_score === null ? {} : { riskScore: row.risk_score }),
        ...(row.verdict === null ? {} : { verdict: row.verdict }),
      });
      return true;
    };
    const linksOf = (user: string) =>
      this.#sql
        .exec<{ type: ReferenceType; reference: string; last: number; verdict: Verdict | null }>(
          `SELECT r.type, r.reference, r.last_seen_at_ms AS last, d.verdict FROM (${OWN_LINKS}) r
           LEFT JOIN devices d ON r.type = 'device' AND d.device_ref = r.reference`,
          user,
        )
        .toArray();
    const addLink = (user: string, { type, reference, last, verdict }: ReturnType<typeof linksOf>[number]): boolean => {
      const id = `${type}:${reference}`;
      if (!nodes.has(id)) {
        if (nodes.size >= MAX_GRAPH_NODES) {
          cut = true;
          return false;
        }
        const kind = type === 'device' ? ('device' as const) : ('reference' as const);
        const label = `${type} ${reference.slice(0, 6)}`;
        nodes.set(id, { id, kind, label, ...(verdict === null ? {} : { verdict }) });
      }
      edges.set(`${user} ${id}`, { from: `user:${user}`, to: id, type, lastSeenAtMs: last });
      return true;
    };
    const [start] = this.#users([userId]);
    if (!start) return { nodes: [], edges: [], cut: false };
    addUser(start);
    const others = new Set<string>();
    // Each with its accounts before the next one: many devices of one user would leave no room for them.
    for (const link of linksOf(userId)) {
      const { type, reference } = link;
      if (!addLink(userId, link)) break;
      for (const { userId: other, riskScore, verdict, lastSeenAtMs } of this.#accountsOf(type, reference)) {
        if (!addUser({ user_id: other, risk_score: riskScore, verdict })) continue;
        if (other !== userId) others.add(other);
        const id = `${type}:${reference}`;
        edges.set(`${other} ${id}`, { from: `user:${other}`, to: id, type, lastSeenAtMs });
      }
    }
    for (const other of others) for (const link of linksOf(other)) addLink(other, link);
    return { nodes: [...nodes.values()], edges: [...edges.values()], cut };
  }

  #users(userIds: readonly string[]): { user_id: string; risk_score: number | null; verdict: Verdict | null }[] {
    return this.#sql
      .exec<{ user_id: string; risk_score: number | null; verdict: Verdict | null }>(
        'SELECT user_id, risk_score, verdict FROM users WHERE user_id IN (SELECT value FROM json_each(?))',
        JSON.stringify(userIds),
      )
      .toArray();
  }

  #accountsOf(type: ReferenceType, reference: string): SharedReference['accounts'] {
    return this.#sql
      .exec<{ user_id: string; first: number; last: number; risk_score: number | null; verdict: Verdict | null }>(
        `SELECT r.user_id, r.first_seen_at_ms AS first, r.last_seen_at_ms AS last, u.risk_score, u.verdict
         FROM user_references r LEFT JOIN users u ON u.user_id = r.user_id
         WHERE r.type = ? AND r.reference = ? ORDER BY r.first_seen_at_ms, r.user_id LIMIT ${MAX_LISTED_ACCOUNTS}`,
        type,
        reference,
      )
      .toArray()
      .map((row) => ({
        ...{ userId: row.user_id, firstSeenAtMs: row.first, lastSeenAtMs: row.last },
        ...{ riskScore: row.risk_score, verdict: row.verdict },
      }));
  }
}

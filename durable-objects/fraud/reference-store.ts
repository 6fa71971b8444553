import {
  type Graph,
  type GraphNode,
  type Listed,
  type LookupItem,
  type LookupQuery,
  MAX_GRAPH_NODES,
  MAX_LISTED_ACCOUNTS,
  type ReferenceItem,
} from '../../src/fraud/calls.ts';
import type { Loaded } from '../../src/fraud/facts.ts';
import { MAX_COUNTED } from '../../src/fraud/risk/facts.ts';
import type { ReferenceType, Verdict } from '../../src/fraud/types.ts';

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

  countOf(userId: string, type: ReferenceType): number {
    return this.#sql
      .exec<{ total: number }>(
        'SELECT count(*) AS total FROM user_references WHERE user_id = ? AND type = ?',
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
         FROM (SELECT b.user_id, b.type FROM user_references a JOIN user_references b ON b.type = a.type AND b.reference = a.reference
                 AND b.user_id <> a.user_id WHERE a.user_id = ?1 LIMIT ${MAX_COUNTED}) l LEFT JOIN users u ON u.user_id = l.user_id`,
        userId,
      )
      .one();
    return { accounts: row.accounts, fraudAccounts: row.fraud, types: row.types?.split(',').sort() ?? [] };
  }

  of(userId: string): ReferenceItem[] {
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

  lookup({ minAccounts, type, userId, reference, cursor, limit }: LookupQuery): Listed<LookupItem> {
    const [afterType = '', afterReference = ''] = cursor?.split('.') ?? [];
    const groups = this.#sql
      .exec<{ type: ReferenceType; reference: string; total: number }>(
        `SELECT type, reference, count(*) AS total FROM user_references r
         WHERE (type, reference) > (?1, ?2) AND (?3 IS NULL OR type = ?3) AND (?4 IS NULL OR reference = ?4)
           AND (?5 IS NULL OR EXISTS (SELECT 1 FROM user_references o WHERE o.type = r.type AND o.reference = r.reference AND o.user_id = ?5))
         GROUP BY type, reference HAVING total >= ?6 ORDER BY type, reference LIMIT ?7`,
        ...[afterType, afterReference, type, reference, userId, minAccounts, limit + 1],
      )
      .toArray();
    const items = groups.slice(0, limit).map((group) => ({
      ...{ type: group.type, reference: group.reference, accountCount: group.total },
      accounts: this.#accountsOf(group.type, group.reference),
    }));
    const last = items.at(-1);
    return { items, nextCursor: groups.length > limit && last ? `${last.type}.${last.reference}` : null };
  }

  /** From a user over what he shares to others, and from them to what they have: two steps, MAX_GRAPH_NODES at most. */
  graph(userId: string): Graph {
    const nodes = new Map<string, GraphNode>();
    const edges = new Map<string, Graph['edges'][number]>();
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
          `SELECT r.type, r.reference, r.last_seen_at_ms AS last, d.verdict FROM user_references r
           LEFT JOIN devices d ON r.type = 'device' AND d.device_ref = r.reference WHERE r.user_id = ? ORDER BY r.type, r.reference`,
          user,
        )
        .toArray();
    const addLinks = (user: string): string[] =>
      linksOf(user).flatMap(({ type, reference, last, verdict }) => {
        const id = `${type}:${reference}`;
        if (!nodes.has(id)) {
          if (nodes.size >= MAX_GRAPH_NODES) {
            cut = true;
            return [];
          }
          const kind = type === 'device' ? ('device' as const) : ('reference' as const);
          const label = `${type} ${reference.slice(0, 6)}`;
          nodes.set(id, { id, kind, label, ...(verdict === null ? {} : { verdict }) });
        }
        edges.set(`${user} ${id}`, { from: `user:${user}`, to: id, type, lastSeenAtMs: last });
        return [id];
      });
    const [start] = this.#users([userId]);
    if (!start) return { nodes: [], edges: [], cut: false };
    addUser(start);
    const others = new Set<string>();
    for (const id of addLinks(userId)) {
      const [type = '', reference = ''] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
      for (const account of this.#accountsOf(type as ReferenceType, reference)) {
        const { riskScore, verdict } = account;
        if (!addUser({ user_id: account.userId, risk_score: riskScore, verdict })) continue;
        if (account.userId !== userId) others.add(account.userId);
        edges.set(`${account.userId} ${id}`, {
          ...{ from: `user:${account.userId}`, to: id, type, lastSeenAtMs: account.lastSeenAtMs },
        });
      }
    }
    for (const other of others) addLinks(other);
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

  #accountsOf(type: ReferenceType, reference: string): LookupItem['accounts'] {
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

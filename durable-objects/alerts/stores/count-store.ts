import type { BucketRange } from '../../../src/alerts/counting/buckets.ts';
import { type Followed, UNKNOWN } from '../../../src/alerts/counting/follow.ts';
import type { Stream } from '../../../src/wire/record.ts';

export interface FollowedRow {
  shard: number;
  stream: Stream;
  followed: Followed;
}

/** Records counted as they came in, and how far each journal is counted: written in one transaction, so that what comes again counts once. */
export class CountStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(ruleId: string, group: string, bucket: number, records: number): void {
    this.#sql.exec(
      `INSERT INTO counts (rule_id, group_key, bucket, records) VALUES (?,?,?,?)
       ON CONFLICT (rule_id, group_key, bucket) DO UPDATE SET records = records + excluded.records`,
      ruleId,
      group,
      bucket,
      records,
    );
  }

  /** `most`: with what is ahead of the range. */
  sum(ruleId: string, group: string, { from, to }: BucketRange): { records: number; most: number } {
    return this.#sql
      .exec<{ records: number; most: number }>(
        `SELECT coalesce(sum(records) FILTER (WHERE bucket <= ?), 0) AS records, coalesce(sum(records), 0) AS most
         FROM counts WHERE rule_id = ? AND group_key = ? AND bucket >= ?`,
        to,
        ruleId,
        group,
        from,
      )
      .one();
  }

  sums(ruleId: string, { from, to }: BucketRange): Map<string, number> {
    const rows = this.#sql
      .exec<{ group_key: string; records: number }>(
        'SELECT group_key, sum(records) AS records FROM counts WHERE rule_id = ? AND bucket BETWEEN ? AND ? GROUP BY group_key',
        ruleId,
        from,
        to,
      )
      .toArray();
    return new Map(rows.map(({ group_key, records }) => [group_key, records]));
  }

  /** From one group to the next by the index: DISTINCT would read the hundreds of buckets of each, with every publication. */
  groups(ruleId: string): string[] {
    return this.#sql
      .exec<{ group_key: string }>(
        `WITH RECURSIVE seen (group_key) AS (
           SELECT min(group_key) FROM counts WHERE rule_id = ?1
           UNION ALL
           SELECT (SELECT min(group_key) FROM counts WHERE rule_id = ?1 AND group_key > seen.group_key)
           FROM seen WHERE seen.group_key IS NOT NULL)
         SELECT group_key FROM seen WHERE group_key IS NOT NULL`,
        ruleId,
      )
      .toArray()
      .map(({ group_key }) => group_key);
  }

  forgetBefore(ruleId: string, bucket: number): void {
    this.#sql.exec('DELETE FROM counts WHERE rule_id = ? AND bucket < ?', ruleId, bucket);
  }

  forget(ruleId: string): void {
    this.#sql.exec('DELETE FROM counts WHERE rule_id = ?', ruleId);
  }

  followed(): FollowedRow[] {
    return this.#sql
      .exec<{ shard: number; stream: string; next_seq: number; since_ms: number }>(
        'SELECT shard, stream, next_seq, since_ms FROM followed',
      )
      .toArray()
      .map(({ shard, stream, next_seq, since_ms }) => ({
        shard,
        stream: stream as Stream,
        followed: { nextSeq: next_seq, sinceMs: since_ms, behindSeq: UNKNOWN },
      }));
  }

  follow({ shard, stream, followed: { nextSeq, sinceMs } }: FollowedRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO followed (shard, stream, next_seq, since_ms) VALUES (?,?,?,?)',
      shard,
      stream,
      nextSeq,
      sinceMs,
    );
  }

  unfollow(shard: number, stream: Stream): void {
    this.#sql.exec('DELETE FROM followed WHERE shard = ? AND stream = ?', shard, stream);
  }
}

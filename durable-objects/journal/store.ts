import type { PendingPart, PendingTotals } from '../../src/journal/seal-policy.ts';
import type { LedgerEntry } from '../../src/journal/tally.ts';
import {
  MAX_PART_RECORDS,
  type Part,
  type PlacedPart,
  type StreamHead,
  type TailRequest,
} from '../../src/journal/types.ts';
import type { Stream } from '../../src/wire/record.ts';
import { applySchemaSteps } from '../schema-steps.ts';
import { JOURNAL_SCHEMA } from './schema.ts';

type MetaName =
  | 'project_id'
  | 'shard'
  | 'attached'
  | 'alerts_attached'
  | 'disabled'
  | 'seal_failing_since_ms'
  | 'seal_failures'
  | 'last_seal_at_ms'
  | 'ledger_folded_before_minute';

// type, not interface: SqlStorage.exec asks for an index signature
type PartRow = {
  stream: string;
  first_seq: number;
  raw_bytes: number;
  codec: string;
  crc32: number;
  data: ArrayBuffer;
  summary: string;
  tokens: ArrayBuffer | null;
};

const PART_COLUMNS = 'stream, first_seq, raw_bytes, codec, crc32, data, summary, tokens';

function toPart(row: PartRow): PlacedPart {
  return {
    stream: row.stream as Stream,
    firstSeq: row.first_seq,
    rawBytes: row.raw_bytes,
    codec: row.codec as Part['codec'],
    crc32: row.crc32,
    data: new Uint8Array(row.data),
    summary: JSON.parse(row.summary),
    tokens: row.tokens ? new Uint8Array(row.tokens) : null,
  };
}

/** SQL of the journal but for its ledger and what it answered. Synchronous: what one call of the object writes is one transaction of the output gate. */
export class JournalStore {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    applySchemaSteps(storage, JOURNAL_SCHEMA);
    this.#sql = storage.sql;
  }

  /** Where each stream stands: its parts reach further than its row, which is not written for each of them. */
  heads(): StreamHead[] {
    return this.#sql
      .exec<{ stream: string; next_seq: number; sealed_seq: number }>(
        `SELECT stream, max(next_seq, coalesce((SELECT first_seq + records FROM parts WHERE parts.stream = heads.stream ORDER BY first_seq DESC LIMIT 1), 1))
           AS next_seq, sealed_seq FROM heads`,
      )
      .toArray()
      .map((row) => ({ stream: row.stream as Stream, nextSeq: row.next_seq, sealedSeq: row.sealed_seq }));
  }

  /** Before its first part. */
  beginStream(stream: Stream): void {
    this.#sql.exec('INSERT INTO heads (stream, next_seq, sealed_seq) VALUES (?, 1, 1)', stream);
  }

  insertPart(part: Part, firstSeq: number, nowMs: number, counts: LedgerEntry | null): void {
    const { summary } = part;
    this.#sql.exec(
      `INSERT INTO parts (stream, first_seq, records, min_ts, max_ts, raw_bytes, at_ms, counts, codec, crc32, data, summary, tokens)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
      part.stream,
      firstSeq,
      summary.records,
      summary.minTs,
      summary.maxTs,
      part.rawBytes,
      nowMs,
      counts === null ? null : JSON.stringify(counts),
      part.codec,
      part.crc32,
      part.data,
      JSON.stringify(summary),
      part.tokens,
    );
  }

  /** What came with parts and is not in the ledger yet, in the order in which it came. */
  uncounted(): { stream: Stream; counts: LedgerEntry }[] {
    return this.#sql
      .exec<{ stream: string; counts: string }>(
        `SELECT parts.stream, counts FROM heads JOIN parts ON parts.stream = heads.stream AND first_seq >= counted_seq
         WHERE counts IS NOT NULL ORDER BY at_ms`,
      )
      .toArray()
      .map(({ stream, counts }) => ({ stream: stream as Stream, counts: JSON.parse(counts) }));
  }

  /** The ledger has taken what came with the parts up to here. */
  noteCounted({ stream, nextSeq }: StreamHead): void {
    this.#sql.exec('UPDATE heads SET next_seq = ?2, counted_seq = ?2 WHERE stream = ?1', stream, nextSeq);
  }

  /** Looks at every part's row, and never behind its data: columns there cost a walk through all pages of the data. */
  pendingTotals(): ({ stream: Stream } & PendingTotals)[] {
    return this.#sql
      .exec<{ stream: string; records: number; raw_bytes: number }>(
        'SELECT stream, sum(records) AS records, sum(raw_bytes) AS raw_bytes FROM parts GROUP BY stream',
      )
      .toArray()
      .map((row) => ({
        stream: row.stream as Stream,
        records: row.records,
        rawBytes: row.raw_bytes,
        oldestAtMs: this.#oldestAtMs(row.stream) ?? 0,
      }));
  }

  #oldestAtMs(stream: string): number | null {
    return (
      this.#sql
        .exec<{ at_ms: number }>('SELECT at_ms FROM parts WHERE stream = ? ORDER BY first_seq LIMIT 1', stream)
        .toArray()[0]?.at_ms ?? null
    );
  }

  /** The oldest parts first, read as they are asked for; no column behind the data, as above. */
  *pendingParts(stream: Stream): Generator<PendingPart> {
    const rows = this.#sql.exec<{ records: number; raw_bytes: number; data_bytes: number }>(
      'SELECT records, raw_bytes, length(data) AS data_bytes FROM parts WHERE stream = ? ORDER BY first_seq',
      stream,
    );
    for (const row of rows) {
      yield {
        records: row.records,
        rawBytes: row.raw_bytes,
        dataBytes: row.data_bytes,
      };
    }
  }

  /** Parts that hold records from `fromSeq` on, cut once they hold `maxRawBytes`. */
  partsFrom(stream: Stream, fromSeq: number, limit: number, maxRawBytes: number): PlacedPart[] {
    const rows = this.#sql.exec<PartRow>(
      // The second condition says nothing new; it lets the search start in the index instead of at the stream's first part.
      `SELECT ${PART_COLUMNS} FROM parts WHERE stream = ?1 AND first_seq + records > ?2 AND first_seq > ?2 - ?3 ORDER BY first_seq LIMIT ?4`,
      stream,
      fromSeq,
      MAX_PART_RECORDS,
      limit,
    );
    const parts: PlacedPart[] = [];
    let rawBytes = 0;
    for (const row of rows) {
      parts.push(toPart(row));
      rawBytes += row.raw_bytes;
      if (rawBytes >= maxRawBytes) break;
    }
    return parts;
  }

  /** One page of the tail, in order of stream and sequence, cut once it holds `maxBytes`. */
  tail(request: TailRequest): { parts: PlacedPart[]; more: boolean } {
    const after = request.after ?? { stream: '', firstSeq: -1 };
    const rows = this.#sql.exec<PartRow>(
      `SELECT ${PART_COLUMNS} FROM parts WHERE (stream, first_seq) > (?1, ?2) AND (?3 IS NULL OR stream = ?3) AND max_ts >= ?4 AND min_ts < ?5
       ORDER BY stream, first_seq`,
      after.stream,
      after.firstSeq,
      request.stream,
      request.fromMs,
      request.toMs,
    );
    const parts: PlacedPart[] = [];
    let bytes = 0;
    for (const row of rows) {
      if (bytes >= request.maxBytes) return { parts, more: true };
      bytes += row.data.byteLength;
      parts.push({ ...toPart(row), tokens: null });
    }
    return { parts, more: false };
  }

  /** Says what it deleted, and when the first part that is left came; null where none is. What its parts counted has to be in the ledger. */
  dropSealed(
    { stream, nextSeq }: StreamHead,
    sealedSeq: number,
  ): { records: number; rawBytes: number; oldestLeftAtMs: number | null } {
    let records = 0;
    let rawBytes = 0;
    const deleted = this.#sql.exec<{ records: number; raw_bytes: number }>(
      'DELETE FROM parts WHERE stream = ? AND first_seq <= ? RETURNING records, raw_bytes',
      stream,
      sealedSeq,
    );
    for (const row of deleted) {
      records += row.records;
      rawBytes += row.raw_bytes;
    }
    this.#sql.exec(
      'UPDATE heads SET next_seq = ?2, counted_seq = ?2, sealed_seq = max(sealed_seq, ?3 + 1) WHERE stream = ?1',
      stream,
      nextSeq,
      sealedSeq,
    );
    return { records, rawBytes, oldestLeftAtMs: this.#oldestAtMs(stream) };
  }

  revokedKeys(): { keyId: string; fromMs: number }[] {
    return this.#sql
      .exec<{ key_id: string; from_ms: number }>('SELECT key_id, from_ms FROM revoked_keys')
      .toArray()
      .map((row) => ({ keyId: row.key_id, fromMs: row.from_ms }));
  }

  revokeKey(keyId: string, fromMs: number): void {
    // The earliest revocation wins: revoking at once must override a rotation's grace, never the reverse.
    this.#sql.exec(
      'INSERT INTO revoked_keys (key_id, from_ms) VALUES (?,?) ON CONFLICT (key_id) DO UPDATE SET from_ms = min(from_ms, excluded.from_ms)',
      keyId,
      fromMs,
    );
  }

  /** An object does not know its name; whoever calls before the first record says it. */
  adopt({ projectId, shard }: { projectId: string; shard: number }): void {
    this.setMeta('project_id', projectId);
    this.setMeta('shard', String(shard));
  }

  meta(name: MetaName): string | null {
    return this.#sql.exec<{ value: string }>('SELECT value FROM meta WHERE name = ?', name).toArray()[0]?.value ?? null;
  }

  setMeta(name: MetaName, value: string | null): void {
    if (value === null) this.#sql.exec('DELETE FROM meta WHERE name = ?', name);
    else this.#sql.exec('INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)', name, value);
  }
}

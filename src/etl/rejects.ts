import { gunzipSync, gzipSync } from 'node:zlib';
import { fromBase64, toBase64, utf8 } from '../shared/bytes.ts';
import { parseJson } from '../shared/json.ts';
import { log } from '../shared/log.ts';
import type { EtlReject } from '../wire/etl-job.ts';
import type { JsonObject } from '../wire/record.ts';
import type { Failure } from './transform/transform.ts';

/** Kept of one job; more are counted and not kept. A sender whose every record is bad must not fill the database. */
export const MAX_REJECTS_KEPT = 10_000;
export const MAX_REJECT_CHARS_KEPT = 32 * 1024 * 1024;
/** What is longer than a record may be is not kept. */
const MAX_REJECT_CHARS = 256 * 1024;
/** A row is written at this many. With one reject more it is twice as much, which packs to 1.7 MB of base64 at the very worst (ingest/batch.ts). */
const ROW_CHARS = 256 * 1024;

export interface Rejected extends Failure {
  /** Of the run. */
  index: number;
  /** The value as extracted, as JSON; or the text of what could not be. */
  text: { json: string } | { raw: string };
}

/** Keeps rejects in rows that are written as they fill, so that memory holds one. A row that the database does not take is lost and not counted as kept. */
export class RejectKeeper {
  /** In rows that are written. */
  kept = 0;
  readonly #write: (part: number, data: string) => Promise<boolean>;
  #lines = '';
  #waiting = 0;
  #chars = 0;
  #taken = 0;
  #part = 0;

  /** `write` says false where there is no room for more. */
  constructor(write: (part: number, data: string) => Promise<boolean>) {
    this.#write = write;
  }

  async add(reject: Rejected): Promise<void> {
    const line = lineOf(reject);
    const isTooMuch = this.#taken >= MAX_REJECTS_KEPT || this.#chars + line.length > MAX_REJECT_CHARS_KEPT;
    if (isTooMuch || line.length > MAX_REJECT_CHARS) return;
    this.#lines += line;
    this.#chars += line.length;
    this.#taken++;
    this.#waiting++;
    if (this.#lines.length >= ROW_CHARS) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#waiting === 0) return;
    const [lines, count, part] = [this.#lines, this.#waiting, this.#part];
    this.#lines = '';
    this.#waiting = 0;
    try {
      if (!(await this.#write(part, packRejects(lines)))) return;
      this.kept += count;
      this.#part++;
    } catch (cause) {
      log('error', 'etl_rejects_lost', { rejects: count, cause: String(cause) });
    }
  }
}

/** What a row keeps of NDJSON. */
export function packRejects(ndjson: string): string {
  return toBase64(gzipSync(utf8(ndjson)));
}

/** NDJSON of one row. */
export function unpackRejects(data: string): string {
  return gunzipSync(fromBase64(data)).toString('utf8');
}

export function parseReject(line: string): EtlReject {
  return parseJson(line) as JsonObject as unknown as EtlReject;
}

/** The text of a value is put in as it is: parsing and writing it again could change it. */
function lineOf({ index, pointer, reason, transformation, text }: Rejected): string {
  const head = JSON.stringify({ index, pointer, reason, ...(transformation ? { transformation } : {}) });
  const tail = 'json' in text ? `"value":${text.json}` : `"raw":${JSON.stringify(text.raw)}`;
  return `${head.slice(0, -1)},${tail}}\n`;
}

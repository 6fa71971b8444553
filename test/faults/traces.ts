/** Where in a state folder a text stands, whatever it is packed in: what an erasure must have taken away is looked for without the Worker. */
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { constants, gunzipSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { databaseFile, objectFiles, objectKeys, openDisk, readObject } from './disk.ts';

/** Names of tables of the database and of Durable Objects, and first folders of R2, with how many rows or objects of them have the text. */
export async function placesOf(stateDir: string, text: RegExp): Promise<Record<string, number>> {
  const places: Record<string, number> = {};
  const note = (place: string, content: string) => {
    if (text.test(content)) places[place] = (places[place] ?? 0) + 1;
  };
  for (const [table, row] of rowsOf(databaseFile(stateDir))) note(table, row);
  for (const file of objectFiles(stateDir, '*')) {
    const className = path.basename(path.dirname(file)).replace('breakwater-', '');
    for (const [table, row] of rowsOf(file)) note(`${className}.${table}`, row);
  }
  for (const key of objectKeys(stateDir)) {
    const bytes = readObject(stateDir, key) ?? Buffer.alloc(0);
    note(`${key.split('/')[0]}/`, `${key}\n${bytes.toString('utf8')}\n${await unpacked(bytes)}`);
  }
  return places;
}

/** Records of a Parquet file, as JSON. */
export async function readParquet(bytes: Buffer): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({
    file: new Uint8Array(bytes).buffer,
    compressors: { ZSTD: (packed) => new Uint8Array(zstdDecompressSync(packed)) },
  });
}

async function unpacked(bytes: Buffer): Promise<string> {
  if (bytes.subarray(0, 4).toString('latin1') === 'PAR1') return (await readParquet(bytes)).map(textOf).join('\n');
  return isGzip(bytes) ? gunzipSync(bytes).toString('utf8') : '';
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Every row of every table, as text; of what is packed in it, what was packed. */
function* rowsOf(file: string): Generator<[table: string, row: string]> {
  const db: DatabaseSync = openDisk(file);
  try {
    const tables = db.prepare(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
    );
    for (const { name } of tables.all()) {
      for (const row of db.prepare(`SELECT * FROM "${name}"`).iterate()) yield [String(name), textOf(row)];
    }
  } finally {
    db.close();
  }
}

function textOf(row: Record<string, unknown>): string {
  const packed = typeof row.data === 'string' ? Buffer.from(row.data, 'base64') : row.data;
  const texts = [JSON.stringify(row, shown)];
  if (packed instanceof Uint8Array && isGzip(packed)) texts.push(gunzipSync(packed).toString('utf8'));
  // A part of a journal.
  else if (packed instanceof Uint8Array && row.codec !== undefined && row.codec !== 'raw')
    texts.push(inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8'));
  return texts.join('\n');
}

function shown(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
}

import { constants, zstdCompressSync } from 'node:zlib';
import { type ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { Columns, SCHEMA } from './columns.ts';

/** Of a row group, in units of the lines: their columns, twice while they are packed, with a block beside them, are far from 128 MB. */
const GROUP_CHARS = 8 * 1024 * 1024;
/** More would make a reader unpack much for one row of it. */
const GROUP_ROWS = 50_000;
/** Packs as gzip does at level 6, at three times the speed. */
const ZSTD_LEVEL = 3;
/** Of texts that a reader compares with, in statistics of a row group. */
const STATISTICS_BYTES = 64;

/** Stored lines as a Parquet file, of which the writer has what is done and memory has one row group. */
export class ParquetFile {
  readonly #parquet: ParquetWriter;
  #columns = new Columns();
  records = 0;

  constructor(writer: ByteWriter) {
    this.#parquet = new ParquetWriter({
      ...{ writer, schema: SCHEMA, codec: 'ZSTD', createdBy: 'breakwater' },
      compressors: { ZSTD: zstd },
      statisticsTruncateLength: STATISTICS_BYTES,
    });
  }

  /** Whether what was added is to be written before more is. */
  get isFull(): boolean {
    return this.#columns.rows >= GROUP_ROWS || this.#columns.chars >= GROUP_CHARS;
  }

  add(line: string): void {
    this.#columns.add(line);
    this.records++;
  }

  async writeGroup(): Promise<void> {
    const { rows } = this.#columns;
    if (rows === 0) return;
    await this.#parquet.write({ columnData: this.#columns.sources(), rowGroupSize: rows });
    this.#columns = new Columns();
  }

  async finish(): Promise<void> {
    await this.writeGroup();
    await this.#parquet.finish();
  }
}

function zstd(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
}

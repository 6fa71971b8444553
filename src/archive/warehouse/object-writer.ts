import { ByteWriter } from 'hyparquet-writer';

/** Of every part but the last, all alike (R2). A file of 10,000 of them is the most there is: 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;

/** Writes an object of R2 while it is made: what is in memory is a part and what is being added to it. A reader sees all of it or what was there before. */
export class ObjectWriter extends ByteWriter {
  readonly #bucket: R2Bucket;
  readonly #key: string;
  readonly #options: R2MultipartOptions;
  readonly #parts: R2UploadedPart[] = [];
  #upload: R2MultipartUpload | null = null;

  constructor(bucket: R2Bucket, key: string, contentType: string) {
    super(PART_BYTES + 1024 * 1024);
    this.#bucket = bucket;
    this.#key = key;
    this.#options = { httpMetadata: { contentType } };
  }

  /** Called behind each row group. */
  async flush(): Promise<void> {
    while (this.index >= PART_BYTES) {
      this.#upload ??= await this.#bucket.createMultipartUpload(this.#key, this.#options);
      const part = this.getBytes().slice(0, PART_BYTES);
      this.#parts.push(await this.#upload.uploadPart(this.#parts.length + 1, part));
      const bytes = new Uint8Array(this.buffer);
      bytes.copyWithin(0, PART_BYTES, this.index);
      this.index -= PART_BYTES;
    }
  }

  override async finish(): Promise<void> {
    await this.flush();
    if (this.#upload === null) {
      await this.#bucket.put(this.#key, this.getBytes(), this.#options);
      return;
    }
    if (this.index > 0)
      this.#parts.push(await this.#upload.uploadPart(this.#parts.length + 1, this.getBytes().slice()));
    await this.#upload.complete(this.#parts);
    this.#upload = null;
  }

  /** Leaves nothing behind of what is not finished. */
  async abandon(): Promise<void> {
    await this.#upload?.abort();
    this.#upload = null;
  }
}

/** Everything that an archive has in R2, and where. */

/** `archive/prj_1/2026/11/27/`. */
export function dayFolder(projectId: string, day: string): string {
  return `archive/${projectId}/${day.replace(/-(\d\d)-(\d\d)$/, '/$1/$2')}/`;
}

/** What the newest version says of a day. */
export function dayManifestKey(projectId: string, day: string): string {
  return `${dayFolder(projectId, day)}manifest.json`;
}

/** A version, for ever. */
export function versionKey(projectId: string, sequence: number): string {
  return `archive/${projectId}/manifests/${sequence}.json`;
}

/** False where an object has that key already: what is written once is never written over. R2 checks the hash while it takes the bytes. */
export async function putNew(
  bucket: R2Bucket,
  key: string,
  bytes: Uint8Array,
  { sha256, contentType }: { sha256: string; contentType: string },
): Promise<boolean> {
  const put = await bucket.put(key, bytes, {
    ...{ onlyIf: { etagDoesNotMatch: '*' }, sha256, httpMetadata: { contentType } },
  });
  return put !== null;
}

export interface StoredBytes {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

/** Null where there is none. */
export async function getBytes(bucket: R2Bucket, key: string): Promise<StoredBytes | null> {
  const object = await bucket.get(key);
  return object === null ? null : { bytes: new Uint8Array(await object.arrayBuffer()), etag: object.etag };
}

/** Null where there is none. */
export async function getRange(
  bucket: R2Bucket,
  key: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const object = await bucket.get(key, { range: { offset, length } });
  return object === null ? null : new Uint8Array(await object.arrayBuffer());
}

/** For a download: bytes as they come. */
export async function openObject(bucket: R2Bucket, key: string): Promise<R2ObjectBody | null> {
  return await bucket.get(key);
}

/** Null where there is none. */
export async function sizeOf(bucket: R2Bucket, key: string): Promise<number | null> {
  return (await bucket.head(key))?.size ?? null;
}

/** Also where there is none. */
export async function deleteObject(bucket: R2Bucket, key: string): Promise<void> {
  await bucket.delete(key);
}

/** False where it is not, or no longer, the object of that tag; null is none. */
export async function putOver(
  bucket: R2Bucket,
  key: string,
  bytes: Uint8Array,
  {
    etag,
    sha256,
    contentType,
    storageClass,
  }: { etag: string | null; sha256: string; contentType: string; storageClass?: 'InfrequentAccess' },
): Promise<boolean> {
  const put = await bucket.put(key, bytes, {
    onlyIf: etag === null ? { etagDoesNotMatch: '*' } : { etagMatches: etag },
    ...{ sha256, httpMetadata: { contentType } },
    ...(storageClass ? { storageClass } : {}),
  });
  return put !== null;
}

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

/** Whose an object is: who gives up a row deletes nothing that another has written under the same key. */
const OWNER = 'archive';

/** False where an object has that key already: what is written once is never written over. R2 checks the hash while it takes the bytes. */
export async function putNew(
  bucket: R2Bucket,
  key: string,
  bytes: Uint8Array,
  { sha256, contentType, owner }: { sha256: string; contentType: string; owner?: string },
): Promise<boolean> {
  const put = await bucket.put(key, bytes, {
    ...{ onlyIf: { etagDoesNotMatch: '*' }, sha256, httpMetadata: { contentType } },
    ...(owner === undefined ? {} : { customMetadata: { [OWNER]: owner } }),
  });
  return put !== null;
}

export interface StoredBytes {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
  /** The archive that it was written for; null where nobody said so. */
  owner: string | null;
  storageClass: string;
}

/** Null where there is none. */
export async function getBytes(bucket: R2Bucket, key: string): Promise<StoredBytes | null> {
  const object = await bucket.get(key);
  if (object === null) return null;
  const { etag, storageClass, customMetadata } = object;
  const owner = customMetadata?.[OWNER] ?? null;
  return { bytes: new Uint8Array(await object.arrayBuffer()), etag, owner, storageClass };
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

/** Null where there is none, or nobody said. */
export async function ownerOf(bucket: R2Bucket, key: string): Promise<string | null> {
  return (await bucket.head(key))?.customMetadata?.[OWNER] ?? null;
}

/** The greatest number that an object of the day has; 0 where there is none. */
export async function lastNumber(bucket: R2Bucket, projectId: string, day: string): Promise<number> {
  const prefix = `${dayFolder(projectId, day)}batch-`;
  let last = 0;
  for (let cursor: string | undefined; ; ) {
    const listed = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of listed.objects) last = Math.max(last, numberOf(key) ?? 0);
    if (!listed.truncated) return last;
    cursor = listed.cursor;
  }
}

/** Null where the key is not one of an object. */
export function numberOf(key: string): number | null {
  const [, number] = /\/batch-(\d+)\.ndjson\.gz$/.exec(key) ?? [];
  return number === undefined ? null : Number(number);
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
    owner,
    storageClass,
  }: {
    etag: string | null;
    sha256: string;
    contentType: string;
    owner?: string;
    storageClass?: 'InfrequentAccess';
  },
): Promise<boolean> {
  const put = await bucket.put(key, bytes, {
    onlyIf: etag === null ? { etagDoesNotMatch: '*' } : { etagMatches: etag },
    ...{ sha256, httpMetadata: { contentType } },
    ...(owner === undefined ? {} : { customMetadata: { [OWNER]: owner } }),
    ...(storageClass ? { storageClass } : {}),
  });
  return put !== null;
}

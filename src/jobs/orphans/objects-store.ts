export interface ListedObject {
  key: string;
  etag: string;
  uploadedAtMs: number;
}

/** In the order of their keys, behind `after`. */
export async function listObjects(
  bucket: R2Bucket,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): Promise<{ objects: ListedObject[]; isLast: boolean }> {
  const listed = await bucket.list({ prefix, limit, ...(after === '' ? {} : { startAfter: after }) });
  const objects = listed.objects.map(({ key, etag, uploaded }) => ({ key, etag, uploadedAtMs: uploaded.getTime() }));
  return { objects, isLast: !listed.truncated };
}

/** At most 1,000. */
export async function deleteObjects(bucket: R2Bucket, keys: readonly string[]): Promise<void> {
  await bucket.delete([...keys]);
}

import { TILE_HASHES, type Tile, type TileSource, tileBytes, tilePath } from '../tree/tiles.ts';

const PREFIX = 'audit/';

export function tilesOf(bucket: R2Bucket): TileSource {
  return async function readTile(path) {
    const object = await bucket.get(PREFIX + path);
    return object && new Uint8Array(await object.arrayBuffer());
  };
}

/** False where other bytes are there: what was written once is never written over. */
export async function keepTile(bucket: R2Bucket, tile: Tile): Promise<boolean> {
  const key = PREFIX + tilePath(tile.level, tile.index, tile.hashes.length);
  const bytes = tileBytes(tile);
  const put = await bucket.put(key, bytes, {
    onlyIf: { etagDoesNotMatch: '*' },
    httpMetadata: { contentType: 'application/octet-stream' },
  });
  if (put !== null) return true;
  const there = await (await bucket.get(key))?.arrayBuffer();
  return there !== undefined && Buffer.from(there).equals(bytes);
}

/** The partial tiles of one that is full by now (C2SP tlog-tiles lets them go). */
export async function dropPartials(bucket: R2Bucket, { level, index }: Tile): Promise<void> {
  const { objects } = await bucket.list({ prefix: `${PREFIX}${tilePath(level, index, TILE_HASHES)}.p/`, limit: 1_000 });
  if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
}

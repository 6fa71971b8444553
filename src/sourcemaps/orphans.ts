import type { ObjectOwner } from '../jobs/index.ts';
import { MAPS_PREFIX, mapKeysOf } from './store.ts';

/** A map is put before its row: where that never came, or a deletion ended half way, the map is only room. */
export const sourceMapObjects: ObjectOwner = {
  prefix: MAPS_PREFIX,
  async named(ctx, keys) {
    const projectIds = new Set(keys.map((key) => key.split('/')[1] ?? ''));
    return new Set(await mapKeysOf(ctx.env.DB, [...projectIds]));
  },
};

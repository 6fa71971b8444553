import type { ObjectOwner } from '../jobs/index.ts';
import { keysInRows } from './archives-store.ts';

const BATCH = /\/batch-\d+\.ndjson\.gz$/;

/**
 * A run that stood still between its look at its row and its put, while another gave the row up, leaves an object that no row names. Versions of manifests are
 * for ever, and what else lies here is not ours to delete.
 */
export const archiveObjects: ObjectOwner = {
  prefix: 'archive/',
  async named(ctx, keys) {
    const batches = keys.filter((key) => BATCH.test(key));
    const known = await keysInRows(ctx.env.DB, batches);
    return new Set([...known, ...keys.filter((key) => !BATCH.test(key))]);
  },
};

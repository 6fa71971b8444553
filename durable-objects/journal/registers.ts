import { registerPages } from '../../src/edge/index.ts';
import { registerErrorGroups } from '../../src/errors/index.ts';
import { registerReleases } from '../../src/releases/index.ts';
import type { Register, RollupStream } from '../../src/rollups/index.ts';

/** What a block of each stream leaves beside its rollups, in one transaction with it. */
export const REGISTERS: Readonly<Record<RollupStream, readonly Register[]>> = {
  metrics: [registerReleases],
  vitals: [registerPages, registerReleases],
  operations: [registerReleases],
  errors: [registerPages, registerErrorGroups, registerReleases],
};

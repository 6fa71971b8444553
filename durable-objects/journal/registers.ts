import { registerPages } from '../../src/edge/index.ts';
import type { Register, RollupStream } from '../../src/rollups/index.ts';

/** What a block of each stream leaves beside its rollups, in one transaction with it. */
export const REGISTERS: Readonly<Record<RollupStream, readonly Register[]>> = {
  metrics: [],
  vitals: [registerPages],
  operations: [],
  errors: [registerPages],
};

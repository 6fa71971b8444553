import { availableParallelism } from 'node:os';

/** How many test files run at the same time. More than four servers and browsers at once only wait for each other. */
export const LANES = Math.min(availableParallelism() + 1, 4);

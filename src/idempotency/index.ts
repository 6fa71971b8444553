export { cleanIdempotencyKeys } from './cleanup.ts';
export { idempotent } from './routes.ts';

export { type TrustedKey, trustedKeys } from './keys/keys.ts';
export { trailRoutes } from './routes.ts';
export { sealTrail } from './seal/job.ts';
export { unsealedAgeMs } from './unsealed.ts';
export { verifyDaily } from './verify/verify.ts';

export { askSecondFactor } from './ask-second-factor.ts';
export { clearFactors, factorsOf } from './factor-store.ts';
export { resetFactors } from './reset-factors.ts';
export { type Factor, methodsOf, type Site, siteOf } from './types.ts';
export type { RequestOptions } from './webauthn.ts';

export { askSecondFactor } from './ask-second-factor.ts';
export { clearFactors, countFactors, factorsOf } from './factor-store.ts';
export { type FactorList, factorList } from './list-factors.ts';
export { proveFactor } from './prove-factor.ts';
export { resetFactors } from './reset-factors.ts';
export { type FactorProof, factorProofSchemas } from './schema.ts';
export { type Factor, type FactorCounts, hasFactor, methodsOf, type Site, siteOf } from './types.ts';
export type { RequestOptions } from './webauthn.ts';

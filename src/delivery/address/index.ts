export { checkAddress } from './check-address.ts';
export { checkTarget, type TargetRules } from './check-target.ts';
export { addressSentence, targetSentence } from './sentence.ts';

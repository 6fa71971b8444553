export { checkAddress } from './check-address.ts';
export { checkTarget, type Target, type TargetRefusal, type TargetRules } from './check-target.ts';
export { addressSentence, targetSentence } from './sentence.ts';

export { shouldWarm, type WarmFacts } from './decide.ts';
export { warmConnection } from './probe.ts';

export { compileCounter, type RecordCounter } from './counter.ts';
export { evaluate } from './evaluate.ts';
export type { Evaluation } from './evaluation.ts';

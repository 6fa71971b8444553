export { describeError } from './describe.ts';
export type { Frame } from './stack/frame.ts';

export { type Replaced, replaceArchive } from './replace.ts';

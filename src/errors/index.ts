export { forgetErrorGroups } from './cleanup.ts';
export { describeError, framesOf } from './describe.ts';
export { groupsOf, isFingerprint, mergeGroup, type SeenGroup } from './group.ts';
export { type KnownGroup, readGroups, registerErrorGroups, statusStatement } from './group-store.ts';
export { normaliseMessage } from './message.ts';
export type { Frame } from './stack/frame.ts';
export { isPackage } from './stack/in-app.ts';

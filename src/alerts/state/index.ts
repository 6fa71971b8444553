export { type Advanced, advance, OTHER_GROUPS, redirect, retire } from './advance.ts';
export { firingOf } from './firing.ts';
export { groupLabelOf, RESERVED_LABELS } from './labels.ts';
export { holds, limitOf, worstFirst } from './limit.ts';
export { isTimeZone } from './mute.ts';
export { quietOf } from './notices.ts';
export type { GroupState, Notice, Observation, Observed, RuleView } from './types.ts';

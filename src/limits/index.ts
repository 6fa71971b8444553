export { askBrowserRules, tellBrowserRules } from './browser-rules.ts';
export {
  knownRefusal,
  refundQuota,
  setProjectLimits,
  type TakeContext,
  type Taker,
  takeIngest,
  takeOther,
  takeQuery,
} from './client.ts';
export { type LimitError, limitProblem } from './errors.ts';
export type { Refusals } from './known.ts';
export { shortName, valuesOf } from './names.ts';
export { noteQuarantined } from './note-quarantined.ts';
export { limitRoutes, limitUsers, rateLimitHeaders } from './routes.ts';
export { isLabels, labelText, SeenNames } from './seen.ts';
export type { QuarantinedName } from './types.ts';

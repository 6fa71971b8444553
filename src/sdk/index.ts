/** The package for bundlers. Importing it does nothing, also where there is no page. */
export { captureError, flush, identify, init, login, measure, shutdown, startEtl, subscribe, track } from './api.ts';
export type { Credentials, RecordsHandler, SubscribeOptions, Subscription } from './extra/context.ts';
export type { InitOptions, MeasureOptions } from './options.ts';

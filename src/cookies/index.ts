export { levelOf } from './analyse.ts';
export {
  average,
  type CookieSample,
  type Day,
  type DayStats,
  type DayTotals,
  dayOf,
  NO_SAMPLES,
  NO_TOTALS,
  trendOf,
  withSample,
  withSampleInTotals,
} from './day.ts';
export {
  type CookieHistoryQuery,
  type CookieHistoryRows,
  HISTORY_DAYS,
  MAX_DEVICES_PER_DAY,
  OTHER_DEVICES,
  UNKNOWN_DEVICE,
} from './history.ts';
export { cookieRoutes, TELEMETRY_PATH } from './routes.ts';

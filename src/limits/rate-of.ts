/**
 * Which rate a request counts against before a route sees it. `route`: its route counts it itself, or nobody does. Whoever has used up his minute
 * can still sign out: that ends the session, so nobody does it often.
 */
export function rateOf(path: string): 'user' | 'route' {
  const uncounted =
    /^\/api\/(query\/|(export|data|history|p2p\/(metrics|trends)|profile\/(metrics|trends)|ingest|beacon|etl\/start|fraud\/(login|event|register|revoke|cookie-telemetry)|health|ready|auth\/logout|auth\/revoke-all)$)/;
  return uncounted.test(path) ? 'route' : 'user';
}

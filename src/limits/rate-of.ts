/** Which rate a request counts against before a route sees it. `route`: its route counts it itself, or nobody does. */
export function rateOf(path: string): 'user' | 'route' {
  return /^\/api\/(query\/|export$|ingest$|etl\/start$|health$|ready$)/.test(path) ? 'route' : 'user';
}

/**
 * Ports above 1023 that the Fetch standard never connects to (fetch.spec.whatwg.org/#port-blocking): other protocols listen there, which a request could
 * be made to say something to.
 */
const BAD_PORTS = new Set([
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697],
  10080,
]);

/** The scheme's own port, or one that no privileged service listens on. */
export function isPortAllowed(scheme: 'https' | 'http', port: number): boolean {
  if (port === (scheme === 'https' ? 443 : 80)) return true;
  return port >= 1024 && port <= 65_535 && !BAD_PORTS.has(port);
}

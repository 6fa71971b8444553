/** Names that mean another machine in each network, and never one of the public Internet. */
const LOCAL_SUFFIXES = [
  'localhost', // RFC 6761 6.3
  'local', // RFC 6762; Kubernetes' svc.cluster.local too
  'internal', // ICANN, 2024-07-29; metadata.google.internal, and names in AWS and GCP
  'home.arpa', // RFC 8375
  'localdomain',
  ...['intranet', 'private', 'corp', 'home', 'lan'], // RFC 6762, appendix G
  'onion', // RFC 7686
  'alt', // RFC 9476
];

/** A name without a dot is searched for in the domains of whoever resolves it: `metadata`, `kubernetes`. */
export function isLocalName(host: string): boolean {
  return !host.includes('.') || LOCAL_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
}

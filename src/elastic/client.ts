/** How clients of Elasticsearch name themselves; with a key they are known by that alone. */
const USER_AGENT =
  /^(elasticsearch|elastic|filebeat|metricbeat|heartbeat|auditbeat|packetbeat|winlogbeat|logstash|vector|fluent)/i;

/**
 * Whether `GET /` comes from one of them. A browser asks for text/html and sends no `Authorization` here, so neither it nor a plain `curl` is taken
 * for one.
 */
export function isElasticClient(headers: Headers): boolean {
  const accept = headers.get('accept') ?? '';
  if (accept.includes('text/html')) return false;
  return (
    accept.includes('application/vnd.elasticsearch+json') ||
    headers.has('authorization') ||
    USER_AGENT.test(headers.get('user-agent') ?? '')
  );
}

/** Clients since 7.14 say which version's answers they read, and refuse an answer that does not say the same. */
export function mediaTypeFor(headers: Headers): string {
  const accept = headers.get('accept') ?? '';
  const [, version] = /application\/vnd\.elasticsearch\+json\s*;\s*compatible-with\s*=\s*(\d{1,2})/.exec(accept) ?? [];
  return version === undefined ? 'application/json' : `application/vnd.elasticsearch+json;compatible-with=${version}`;
}

export interface NetworkReason {
  /** For people, without a full stop. */
  reason: string;
  hint: string;
}

/** What a failed fetch means, in words. The cause that says it hangs below "fetch failed". */
export function networkReason(error: unknown): NetworkReason {
  const codes: string[] = [];
  const messages: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = nextCause(at)) {
    if ('code' in at) codes.push(String(at.code));
    messages.push(at.message);
  }
  if (error instanceof Error && error.name === 'TimeoutError')
    return { reason: 'no answer in time', hint: 'Check the network, a VPN or a proxy between you and it.' };
  const known = codes.map((code) => REASONS[code]).find((found) => found !== undefined);
  const certificate = codes.find((code) => /CERT|SSL|TLS|ERR_TLS|SELF_SIGNED/.test(code));
  if (known) return known;
  if (certificate) {
    const hint =
      'A proxy that reads TLS needs its own certificate in NODE_EXTRA_CA_CERTS; else the deployment has to mend its own.';
    return { reason: `its certificate is not good (${certificate})`, hint };
  }
  return { reason: messages.at(-1) ?? String(error), hint: 'Run "breakwater doctor" to see how far it comes.' };
}

/** An AggregateError has the tries of several addresses, which failed for the same reason. */
function nextCause(error: Error): unknown {
  return error.cause ?? (error instanceof AggregateError ? error.errors[0] : null);
}

const REASONS: Readonly<Record<string, NetworkReason>> = {
  ENOTFOUND: {
    reason: 'there is no such host',
    hint: 'Check the address for a typing error, and that DNS works here.',
  },
  EAI_AGAIN: { reason: 'DNS does not answer', hint: 'Check the network and the resolver of this machine.' },
  ECONNREFUSED: { reason: 'nothing listens there', hint: 'Check the port; a local one is started with "npm start".' },
  ECONNRESET: { reason: 'the connection was reset', hint: 'Try again; a proxy or a firewall may be in between.' },
  EHOSTUNREACH: { reason: 'there is no way to that host', hint: 'Check the network, or a VPN that is off.' },
  ENETUNREACH: { reason: 'there is no network', hint: 'Check the network, or a VPN that is off.' },
  ETIMEDOUT: { reason: 'no answer in time', hint: 'A firewall may be in between.' },
  UND_ERR_CONNECT_TIMEOUT: {
    reason: 'no answer in time',
    hint: 'A firewall, or a proxy that must be used, may be in between.',
  },
  UND_ERR_SOCKET: { reason: 'the connection ended', hint: 'Try again; the server may be restarting.' },
  CERT_HAS_EXPIRED: {
    reason: 'its certificate has expired',
    hint: 'Check the clock of this machine first, then the certificate.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'its certificate is for another host',
    hint: 'Check the address; a hostname may lack its certificate yet.',
  },
  EPROTO: {
    reason: 'it does not speak TLS there',
    hint: 'Check the port, and whether it is http:// rather than https://.',
  },
};

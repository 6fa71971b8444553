/** Nobody waits for it; a connection that takes longer helps no burst. */
const PROBE_TIMEOUT_MS = 5_000;

/**
 * Opens the connection to a receiver, and says whether anything answered, whatever its status. It can do no harm: HEAD is safe by definition (RFC 9110 9.2.1), and goes to
 * the root of the host without query, headers, body or signature, so that no path that is a secret is told and no handler of webhooks runs. It counts
 * nowhere: neither as an attempt nor in the breaker. The name must have been checked, as for an attempt.
 */
export async function warmConnection(
  href: string,
  send: (url: string, init: RequestInit) => Promise<Response>,
): Promise<boolean> {
  try {
    const answer = await send(new URL('/', href).href, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return true;
  } catch {
    // What is wrong shows in the delivery that follows, and is told there.
    return false;
  }
}

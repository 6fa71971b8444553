/**
 * What D1 throws when it is overloaded, resets or cannot be reached begins so and names no SQLite code; what it throws for a bad statement names
 * one (developers.cloudflare.com/d1/observability/debug-d1). These codes are of the database's own state.
 */
export function isDatabaseAway({ message }: Error): boolean {
  if (!message.startsWith('D1_ERROR')) return false;
  return !message.includes('SQLITE_') || /SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR)/.test(message);
}

/**
 * A Durable Object that was moved, restarted for a new version, or has too much to do: the runtime marks the error so
 * (developers.cloudflare.com/durable-objects/best-practices/error-handling), and no error of its code.
 */
export function isObjectAway(error: Error): boolean {
  return ['retryable', 'overloaded', 'durableObjectReset'].some((mark) => Reflect.get(error, mark) === true);
}

/** Of silence, after which what comes is a new session: the usual measure of web analytics. */
const IDLE_MS = 30 * 60_000;

/** The session of what happens now: `stored` is what `storedSession` made of the last one. */
export const sessionAt = (stored: string | null | undefined, nowMs: number, newId: () => string): string => {
  const [lastMs, id] = `${stored}`.split(' ');
  return id && nowMs - +(lastMs as string) < IDLE_MS ? id : newId();
};

export const storedSession = (id: string, nowMs: number): string => {
  return `${nowMs} ${id}`;
};

/** By the id itself, whose first 32 bits are chance: all pages of a session decide alike without keeping anything. */
export const isSampled = (sessionId: string, rate = 1): boolean => {
  return Number.parseInt(sessionId, 16) < rate * 2 ** 32;
};

import { HEARTBEAT_INTERVAL_MS } from '../../wire/limits.ts';

/** Silence for this long after a ping means that the line is dead although nobody closed it: sleeping laptops, switched networks. */
const SILENCE_MS = 10_000;

export interface Heartbeat {
  /** Something has arrived. */
  heard: () => void;
  stop: () => void;
}

/**
 * Pings, and says when the line is dead. Whatever arrives is a sign of life, not the PONG alone: on a slow link that waits behind all the
 * records under way (4 MiB may), and who gave up then would come back, ask for the same records, and never see where they end.
 */
export function startHeartbeat({ ping, dead }: { ping: () => void; dead: () => void }): Heartbeat {
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(silence);
    silence = undefined;
  };
  const interval = setInterval(() => {
    ping();
    silence ??= setTimeout(dead, SILENCE_MS);
  }, HEARTBEAT_INTERVAL_MS);
  return {
    heard,
    stop: () => {
      clearInterval(interval);
      heard();
    },
  };
}

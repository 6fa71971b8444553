import { useEffect, useState } from 'preact/hooks';
import { getCardinality, getLedger, listKeys, listRefusedKeys } from '../../api/admin.ts';
import type { ApiKey, Cardinality, Ledger, List, RefusedKeys } from '../../api/types.ts';
import { presetOf, type Range, resolveRange } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { range, span } from '../../state/range.ts';
import { isAdmin } from '../../state/session.ts';
import { type Resource, useResource } from '../../state/use-resource.ts';

/**
 * A journal sums its ledger on the thread that appends, so the page asks it four times a minute at most: for the last hour alone, or three times
 * for that and once for the longer time that is shown.
 */
const EVERY_MS = 15_000;
const EVERY_BESIDE_RANGE_MS = 20_000;
const RANGE_EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface Sources {
  /** The last hour: what the page says about now. */
  current: Resource<Ledger>;
  /** What the page's time range covers; the same as `current` where that holds it. */
  shown: Resource<Ledger>;
  /** For administrators; null for others. */
  keys: Resource<List<ApiKey>> | null;
  nobody: Resource<List<RefusedKeys>> | null;
  cardinality: Resource<Cardinality>;
}

export function useSources(projectId: string): Sources {
  const beyond = isBeyondLastHour(range.value);
  const asked = span.value.toMs; // A refresh by hand asks at once.
  const tick = useTick(beyond ? EVERY_BESIDE_RANGE_MS : EVERY_MS);
  const slowTick = Math.floor(tick / (RANGE_EVERY_MS / (beyond ? EVERY_BESIDE_RANGE_MS : EVERY_MS)));
  const admin = isAdmin.value;
  const current = useResource(`${projectId} ${tick} ${asked}`, (signal) => getLedger(projectId, signal));
  const fixed = range.value.kind === 'fixed';
  const ranged = useResource(
    beyond ? JSON.stringify([projectId, range.value, fixed ? 0 : slowTick, asked]) : null,
    (signal) => getLedger(projectId, signal, resolveRange(range.value, now())),
    false,
  );
  const keys = useResource(admin ? `${projectId} ${asked}` : null, (signal) => listKeys(projectId, signal));
  const nobody = useResource(admin ? `${tick} ${asked}` : null, listRefusedKeys);
  const cardinality = useResource(`${projectId} ${slowTick} ${asked}`, (signal) => getCardinality(projectId, signal));
  return {
    current,
    shown: beyond ? ranged : current,
    keys: admin ? keys : null,
    nobody: admin ? nobody : null,
    cardinality,
  };
}

/** A fixed time may lie anywhere. */
function isBeyondLastHour(chosen: Range): boolean {
  if (chosen.kind === 'live') return false;
  return chosen.kind === 'fixed' || (presetOf(chosen.id)?.ms ?? 0) > HOUR_MS;
}

/** Counts up every `everyMs` while the page can be seen, and at once when it is seen again after a longer time. */
function useTick(everyMs: number): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    let lastMs = now();
    const look = () => {
      // A timer may come a little early; the next one would be too late.
      const sinceMs = now() - lastMs;
      // Before the last one is what a clock makes of it that the server has put right meanwhile.
      if (document.hidden || (sinceMs >= 0 && sinceMs < everyMs - 1_000)) return;
      lastMs = now();
      setTick((n) => n + 1);
    };
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [everyMs]);
  return tick;
}

export interface Finding {
  pointer: string;
  reason: string;
}

interface Times {
  detectedAtMs: number;
  awareAtMs: number;
  beganAtMs: number | null;
  endedAtMs: number | null;
}

/** What no breach can have been. */
export function checkTimes({ detectedAtMs, awareAtMs, beganAtMs, endedAtMs }: Times, nowMs: number): Finding[] {
  const future = { detectedAtMs, awareAtMs, beganAtMs, endedAtMs };
  const findings = Object.entries(future).flatMap(([name, ms]): Finding[] =>
    ms !== null && ms > nowMs ? [{ pointer: `/${name}`, reason: 'must not be in the future' }] : [],
  );
  if (awareAtMs < detectedAtMs) findings.push({ pointer: '/awareAtMs', reason: 'must not be before detectedAtMs' });
  if (beganAtMs !== null && beganAtMs > detectedAtMs)
    findings.push({ pointer: '/beganAtMs', reason: 'must not be after detectedAtMs' });
  if (beganAtMs !== null && endedAtMs !== null && endedAtMs < beganAtMs)
    findings.push({ pointer: '/endedAtMs', reason: 'must not be before beganAtMs' });
  return findings;
}

export function checkLateReasons(reasons: Readonly<Record<string, string>>, clockIds: readonly string[]): Finding[] {
  return Object.keys(reasons)
    .filter((id) => !clockIds.includes(id))
    .map((id) => ({
      pointer: `/lateReasons/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      reason: 'the breach has no clock of that id',
    }));
}

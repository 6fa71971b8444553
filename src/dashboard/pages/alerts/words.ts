import type { Firing, FiringState, RuleStatus, Severity } from '../../../wire/alerts.ts';
import type { IconName } from '../../components/icon.tsx';
import type { Tone } from '../../components/status-dot.tsx';

export const SEVERITY_WORDS: Record<Severity, string> = { info: 'Info', warning: 'Warning', critical: 'Critical' };
export const SEVERITY_ICONS: Record<Severity, IconName> = { info: 'info', warning: 'warn', critical: 'bad' };
export const SEVERITY_TONES = { info: 'info', warning: 'warn', critical: 'bad' } as const;
/** The worst first. */
export const WORST_FIRST: readonly Severity[] = ['critical', 'warning', 'info'];

export const STATE_WORDS: Record<FiringState, string> = {
  firing: 'Firing',
  pending: 'Pending',
  resolved: 'Resolved',
};
export const STATE_TONES: Record<FiringState, Tone> = { firing: 'bad', pending: 'warn', resolved: 'ok' };

export const QUIET_WORDS: Record<NonNullable<Firing['quiet']>, string> = {
  silenced: 'Silenced',
  muted: 'Muted by its hours',
  acknowledged: 'Acknowledged',
};

/** What a rule is doing, in a word. */
export function ruleState(enabled: boolean, status: RuleStatus | null): { tone: Tone; word: string } {
  if (!enabled) return { tone: 'off', word: 'Off' };
  if (status === null || status.evaluatedAtMs === null) return { tone: 'off', word: 'Not evaluated yet' };
  if (status.state === 'firing') return { tone: 'bad', word: 'Firing' };
  if (status.state === 'pending') return { tone: 'warn', word: 'Pending' };
  return status.problem === null ? { tone: 'ok', word: 'Quiet' } : { tone: 'warn', word: 'Unknown' };
}

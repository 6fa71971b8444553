import type { CookieWarning } from '../../api/fraud-cookies.ts';
import type { Tone } from '../../components/status-dot.tsx';

export interface Face {
  tone: Tone;
  title: string;
  word: string;
}

const KIB = 1_024;

/** Green below 2 KB, yellow to 4, red above: servers and proxies begin to refuse headers of 8 KB, and browsers cookies of 4,096 bytes. */
export function sizeFace(size: number): Pick<Face, 'tone' | 'word'> {
  if (size < 2 * KIB) return { tone: 'ok', word: 'Small' };
  if (size <= 4 * KIB) return { tone: 'warn', word: 'Growing: above 2 KB' };
  return { tone: 'bad', word: 'Too large: above 4 KB' };
}

const SESSIONS: Record<string, Face> = {
  none: { tone: 'off', title: 'None', word: 'Usual in the dashboard' },
  valid: { tone: 'ok', title: 'Open', word: 'Known to this project' },
  active: { tone: 'ok', title: 'Open', word: 'Known to this project' },
  present: { tone: 'ok', title: 'Sent', word: 'This browser has one' },
  expired: { tone: 'warn', title: 'Expired', word: 'Ended by its time' },
  revoked: { tone: 'bad', title: 'Revoked', word: 'Ended by a person' },
  unknown: { tone: 'warn', title: 'Not known', word: 'Not of this project' },
};

export function sessionFace(state: string): Face {
  return SESSIONS[state] ?? { tone: 'warn', title: state, word: 'Look at the cookies' };
}

export function warningsFace(warnings: readonly CookieWarning[]): Face {
  const first = warnings[0];
  if (!first) return { tone: 'ok', title: 'None', word: 'Nothing is wrong' };
  return { tone: 'warn', title: String(warnings.length), word: first.text };
}

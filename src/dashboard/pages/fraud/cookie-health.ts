import type { CookieTelemetry, Finding } from '../../../wire/cookies.ts';
import type { Tone } from '../../components/status-dot.tsx';

export interface Face {
  tone: Tone;
  title: string;
  word: string;
}

/** In bytes of the header: green below the first, yellow up to the second, red above. */
const YELLOW_FROM = 2_048;
const RED_ABOVE = 4_096;

export function sizeFace(size: number): Pick<Face, 'tone' | 'word'> {
  if (size < YELLOW_FROM) return { tone: 'ok', word: 'Small' };
  if (size <= RED_ABOVE) return { tone: 'warn', word: 'Growing: above 2 KB' };
  return { tone: 'bad', word: 'Too large: above 4 KB' };
}

export function sessionFace({ present, duplicated }: CookieTelemetry['fraudSession']): Face {
  if (duplicated) return { tone: 'bad', title: 'Twice', word: 'One of them was planted' };
  if (present) return { tone: 'ok', title: 'Present', word: 'This browser sends one' };
  return { tone: 'off', title: 'None', word: 'Usual here' };
}

export function warningsFace(warnings: readonly Finding<string>[]): Face {
  const first = warnings[0];
  if (!first) return { tone: 'ok', title: 'None', word: 'Nothing is wrong' };
  return { tone: 'warn', title: String(warnings.length), word: first.detail };
}

import type { Severity as Level } from '../../../wire/alerts.ts';
import { Icon } from '../../components/icon.tsx';
import { SEVERITY_ICONS, SEVERITY_TONES, SEVERITY_WORDS } from './words.ts';

/** A word with its icon: the colour says nothing that they do not. */
export function Severity({ level }: { level: Level }) {
  return (
    <span class={`severity tone-${SEVERITY_TONES[level]}`}>
      <Icon name={SEVERITY_ICONS[level]} />
      {SEVERITY_WORDS[level]}
    </span>
  );
}

import type { ComponentChildren } from 'preact';
import type { Tone } from '../lib/tone.ts';

export type { Tone };

/** A dot never stands alone: the word beside it says the same. */
export function StatusDot({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`status status-${tone}`}>
      <i aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}

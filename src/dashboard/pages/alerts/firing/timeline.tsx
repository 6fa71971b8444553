import type { ComponentChildren } from 'preact';
import type { Firing } from '../../../../wire/alerts.ts';
import { StatusDot, type Tone } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { duration, plural } from '../../../lib/format.ts';

interface Step {
  id: string;
  atMs: number;
  tone: Tone;
  word: string;
  detail: ComponentChildren;
}

/** What became of it, oldest first. */
export function Timeline({ firing }: { firing: Firing }) {
  return (
    <ol class="firing-steps">
      {stepsOf(firing).map(({ id, atMs, tone, word, detail }) => (
        <li key={id}>
          <StatusDot tone={tone}>{word}</StatusDot>
          <Time ms={atMs} />
          {detail ? <span class="faint">{detail}</span> : null}
        </li>
      ))}
    </ol>
  );
}

function stepsOf(firing: Firing): Step[] {
  const { pendingSinceMs, firedAtMs, resolvedAtMs, notices, lastNoticeAtMs, acknowledged } = firing;
  const steps: Step[] = [
    { id: 'began', atMs: pendingSinceMs, tone: 'warn', word: 'The condition began to hold', detail: null },
  ];
  if (firedAtMs !== null) {
    const heldMs = firedAtMs - pendingSinceMs;
    const detail = heldMs < 1_000 ? null : `after it had held for ${duration(heldMs)}`;
    steps.push({ id: 'fired', atMs: firedAtMs, tone: 'bad', word: 'Fired', detail });
  }
  if (lastNoticeAtMs !== null) {
    const detail = notices > 1 ? `the last of ${plural(notices, 'notice')}` : null;
    steps.push({ id: 'told', atMs: lastNoticeAtMs, tone: 'info', word: 'Told', detail });
  }
  if (acknowledged !== null) {
    const detail = (
      <>
        by <bdi>{acknowledged.byName}</bdi>
      </>
    );
    steps.push({ id: 'acknowledged', atMs: acknowledged.atMs, tone: 'info', word: 'Acknowledged', detail });
  }
  if (resolvedAtMs !== null) {
    const detail = `after ${duration(resolvedAtMs - pendingSinceMs)}`;
    steps.push({ id: 'resolved', atMs: resolvedAtMs, tone: 'ok', word: 'Resolved', detail });
  }
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}

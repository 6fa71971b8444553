import type { AuditStatus } from '../../../wire/audit.ts';
import { Stat } from '../../components/stat.tsx';
import { compact, duration, exact, plural } from '../../lib/format.ts';
import { ticking } from '../../state/clock.ts';
import { isTampering, openFindings } from './audit-words.ts';

/** null while it is not known: its place is the same. */
export function AuditStats({ status }: { status: AuditStatus | null }) {
  const nowMs = ticking.value;
  return (
    <section class="stats" aria-label="Figures">
      <Stat
        label="Entries"
        tone="plain"
        value={status && compact(status.entries)}
        title={status ? exact(status.entries) : ''}
        trend={status && openTrend(status)}
      />
      <Stat
        label="Newest checkpoint"
        tone="plain"
        value={status && (status.checkpoint === null ? 'none' : `${duration(nowMs - status.checkpoint.signedAtMs)}`)}
        trend={
          status && {
            tone: 'plain',
            text: status.checkpoint === null ? 'nothing is sealed' : `ago, by key ${status.checkpoint.kid}`,
          }
        }
      />
      <Stat
        label="Last full check"
        tone="plain"
        value={status && (status.verifiedAtMs === null ? 'never' : duration(nowMs - status.verifiedAtMs))}
        trend={
          status && {
            tone: 'plain',
            text: status.verifying
              ? `under way, at entry ${exact(status.verifying.doneSeq)}`
              : status.verifiedAtMs === null
                ? 'begin one with “Verify now”'
                : 'ago',
          }
        }
      />
      <Stat
        label="Open findings"
        tone="plain"
        value={
          status &&
          (openFindings(status.findings).length === 0 ? 'none' : compact(openFindings(status.findings).length))
        }
        trend={status && findingTrend(status)}
      />
    </section>
  );
}

function openTrend({ entries, sealedSize }: AuditStatus) {
  const open = entries - sealedSize;
  return {
    tone: 'plain',
    text: open <= 0 ? 'all of them sealed' : `${plural(open, 'entry', 'entries')} not sealed yet`,
  } as const;
}

function findingTrend({ findings }: AuditStatus) {
  const open = openFindings(findings);
  const tampering = open.filter(isTampering).length;
  if (tampering > 0) return { tone: 'bad', text: `${exact(tampering)} about the trail itself` } as const;
  if (open.length > 0) return { tone: 'plain', text: 'the trail itself is whole' } as const;
  return {
    tone: 'plain',
    text: findings.length === 0 ? 'nothing was altered' : `${exact(findings.length)} acknowledged`,
  } as const;
}

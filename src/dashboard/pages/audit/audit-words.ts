import type {
  AuditActorKind,
  AuditEntry,
  AuditFinding,
  AuditGap,
  AuditOperation,
  AuditStatus,
} from '../../../wire/audit.ts';
import { duration, exact, plural } from '../../lib/format.ts';
import type { Headline } from '../../lib/headline.ts';

const MINUTE_MS = 60_000;
/** A checkpoint is signed every minute. */
const LATE_MS = 10 * MINUTE_MS;

export const ACTOR_KIND_WORDS: Record<AuditActorKind, string> = {
  user: 'User',
  key: 'Key',
  system: 'The program itself',
  console: 'Database console',
  anonymous: 'Not signed in',
};

export const KIND_WORDS: Record<AuditEntry['kind'], string> = {
  action: 'What somebody did',
  change: 'What became of a row',
};

export const OPERATION_WORDS: Record<AuditOperation, string> = {
  insert: 'added',
  update: 'changed',
  delete: 'deleted',
};

export const FINDING_WORDS: Record<AuditFinding['kind'], string> = {
  altered: 'Entry altered',
  missing: 'Entry missing',
  tree: 'Tree does not fit',
  signature: 'Signature does not verify',
  schema: 'Tables changed by hand',
  console_write: 'Written by hand',
};

/** The trail itself is not what was sealed. The others are what the trail has told. */
const TAMPERING: readonly AuditFinding['kind'][] = ['altered', 'missing', 'tree', 'signature'];

export function isTampering({ kind }: AuditFinding): boolean {
  return TAMPERING.includes(kind);
}

/** What nobody has said yet what it was. */
export function openFindings(findings: readonly AuditFinding[]): AuditFinding[] {
  return findings.filter(({ acknowledged }) => acknowledged === null);
}

/** Is the trail whole: sealed up to where, and what was found. */
export function auditHeadline(status: AuditStatus, nowMs: number): Headline {
  const { entries, sealedSize, checkpoint, unsealedSinceMs, verifiedAtMs, gap } = status;
  const findings = openFindings(status.findings);
  const acknowledged = status.findings.length - findings.length;
  const tampering = findings.filter(isTampering);
  if (gap !== null) return gapHeadline(gap, findings.length);
  const newest = tampering[0] ?? findings[0];
  if (newest !== undefined) {
    const other = findings.length - 1;
    return {
      tone: tampering.length > 0 ? 'bad' : 'warn',
      text:
        tampering.length > 0 ? 'The trail is not what was sealed' : `${plural(findings.length, 'finding')} to look at`,
      detail: `${newest.detail}${other === 0 ? '' : ` And ${plural(other, 'other finding')}.`}`,
    };
  }
  if (entries === 0) return { tone: 'info', text: 'Nothing has happened yet', detail: 'The first change is entry 1.' };
  const checked =
    verifiedAtMs === null ? 'Not checked in full yet.' : `Checked in full ${duration(nowMs - verifiedAtMs)} ago.`;
  const lateMs = unsealedSinceMs === null ? 0 : nowMs - unsealedSinceMs;
  if (lateMs >= LATE_MS || checkpoint === null) {
    return {
      tone: 'warn',
      text: checkpoint === null ? 'Nothing is sealed yet' : `Not sealed for ${duration(lateMs)}`,
      detail: `${plural(entries - sealedSize, 'entry', 'entries')} after number ${exact(sealedSize)} ${entries - sealedSize === 1 ? 'is' : 'are'} in no checkpoint. ${checked}`,
    };
  }
  return {
    tone: 'ok',
    text: `Sealed up to entry ${exact(sealedSize)}, no ${acknowledged === 0 ? '' : 'open '}findings`,
    detail: `The newest checkpoint was signed ${duration(nowMs - checkpoint.signedAtMs)} ago. ${checked}${
      acknowledged === 0
        ? ''
        : ` ${plural(acknowledged, 'finding')} of before ${acknowledged === 1 ? 'was' : 'were'} looked into.`
    }`,
  };
}

/** It comes before the findings, of which it is one: it keeps everything behind it from being sealed, and can be accepted. */
function gapHeadline({ fromSeq, toSeq, accepted }: AuditGap, findings: number): Headline {
  const span = `Entries ${exact(fromSeq)} to ${exact(toSeq)}`;
  const all = findings < 2 ? '' : ` ${plural(findings, 'finding')} in all.`;
  return accepted
    ? {
        tone: 'warn',
        text: 'An accepted gap is being covered',
        detail: `${span} are sealed as not there, 100,000 a minute, and then what is behind them.${all}`,
      }
    : {
        tone: 'bad',
        text: 'Sealing stops at a gap',
        detail: `${span} are not there: their numbers were skipped. Nothing behind them is sealed until the gap is accepted.${all}`,
      };
}

/** Who it was, as people say it. */
export function actorWords({ actorKind, actorId, actorName }: AuditEntry): string {
  return actorName ?? actorId ?? ACTOR_KIND_WORDS[actorKind];
}

export function sentenceOf(entry: AuditEntry): string {
  const { change, action, target } = entry;
  const who = entry.actorKind === 'console' ? 'Somebody at the database console' : actorWords(entry);
  return change === null
    ? `${who}: ${action} ${target}`
    : `${who} ${OPERATION_WORDS[change.operation]} ${target} in ${change.table}`;
}

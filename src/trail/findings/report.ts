import type { Ctx } from '../../env.ts';
import { noticeStatement } from '../../notices/index.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { findingsStatement, type NewFinding, unknownFindings } from './finding-store.ts';

/** Keeps what was found and tells the operators, once of each fact. Returns how many were new. */
export async function reportFindings(ctx: Ctx, findings: readonly NewFinding[]): Promise<number> {
  if (findings.length === 0) return 0;
  const { DB } = ctx.env;
  const news = await unknownFindings(DB, findings);
  const [first] = news;
  if (first === undefined) return 0;
  await DB.batch([
    findingsStatement(DB, news, ctx.nowMs),
    noticeStatement(ctx, {
      id: `audit.finding/${sha256Hex(news.map(({ id }) => id).join('\n')).slice(0, 32)}`,
      kind: 'audit.finding',
      severity: 'critical',
      title: 'The audit trail is not what it was',
      detail: { kind: first.kind, seq: first.seq, finding: first.detail, findings: news.length },
      path: '/audit/findings',
    }),
  ]);
  return news.length;
}

/** Of entries that are gone, as one fact; both numbers included. */
export function missingFinding(fromSeq: number, toSeq: number, why: string): NewFinding {
  const which = fromSeq === toSeq ? `Entry ${fromSeq} is` : `Entries ${fromSeq} to ${toSeq} are`;
  return { id: `missing/${fromSeq}-${toSeq}`, kind: 'missing', seq: fromSeq, detail: `${which} not there${why}.` };
}

export function alteredFinding(seq: number, why: string): NewFinding {
  return { id: `altered/${seq}`, kind: 'altered', seq, detail: `Entry ${seq} ${why}.` };
}

/** Of what is wrong with the tree or a signature; the same words are the same fact. */
export function treeFinding(kind: 'tree' | 'signature', detail: string): NewFinding {
  return { id: `${kind}/${sha256Hex(detail).slice(0, 32)}`, kind, seq: null, detail };
}

/** Numbers that follow one another, as the ranges that they are. */
export function rangesOf(seqs: readonly number[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}

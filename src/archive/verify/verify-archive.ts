import { auditStatement } from '../../audit/index.ts';
import { type ArchivedBlock, gunzip, listMembers } from '../../blocks/index.ts';
import type { Ctx } from '../../env.ts';
import { sha256Hex } from '../../shared/hash.ts';
import type { ArchiveCheck } from '../../wire/archive.ts';
import type { StoredArchive } from '../archives-store.ts';
import { getBytes } from '../objects-store.ts';
import { recordCheck } from './record-check.ts';

/** Of an answer; a damaged object can be wrong in every block. */
const MAX_PROBLEMS = 20;
const NEWLINE = 10;

/**
 * Reads the object again, whole, and holds every byte of it against what is known: its hash, where its blocks lie, their hashes, their sizes inflated, their lines
 * and their records. The result is in the row from then on, and a problem is told to the operators.
 */
export async function verifyArchive(ctx: Ctx, archive: StoredArchive): Promise<ArchiveCheck> {
  const [stored, members] = await Promise.all([
    getBytes(ctx.env.STORE, archive.key),
    listMembers(ctx.env.DB, archive.id),
  ]);
  const found = stored === null ? null : look(archive, members, stored.bytes);
  const problems = found?.problems.slice(0, MAX_PROBLEMS) ?? ['The object is not there.'];
  const { id, projectId } = archive;
  const detail = { ok: problems.length === 0, problems: problems.length };
  await recordCheck(
    ctx,
    archive,
    problems,
    auditStatement(ctx, { action: 'archive.verify', target: id, projectId, detail }),
  );
  return {
    ...{ ok: problems.length === 0, checkedAtMs: ctx.nowMs, problems },
    ...{ records: found?.records ?? 0, rawBytes: found?.rawBytes ?? 0 },
  };
}

interface Findings {
  problems: string[];
  records: number;
  rawBytes: number;
}

function look(archive: StoredArchive, members: readonly ArchivedBlock[], bytes: Uint8Array): Findings {
  const problems: string[] = [];
  const findings: Findings = { problems, records: 0, rawBytes: 0 };
  if (bytes.byteLength !== archive.packedBytes) {
    problems.push(`The object has ${bytes.byteLength} bytes, not ${archive.packedBytes}.`);
  }
  if (sha256Hex(bytes) !== archive.sha256) problems.push('The object has another hash than its row.');
  if (members.length !== archive.blocks) {
    problems.push(`The index has ${members.length} blocks of it, not ${archive.blocks}.`);
  }
  let end = 0;
  for (const member of members) {
    if (member.offset !== end) problems.push(`Block ${member.id} begins at ${member.offset}, not at ${end}.`);
    end = member.offset + member.packedBytes;
    const packed = bytes.subarray(member.offset, end);
    if (sha256Hex(packed) !== member.sha256) problems.push(`Block ${member.id} has another hash than its index row.`);
    else lookInside(member, packed, findings);
  }
  if (end !== bytes.byteLength) problems.push(`The blocks end at ${end}, the object at ${bytes.byteLength}.`);
  if (findings.records !== archive.records && problems.length === 0) {
    problems.push(`The blocks hold ${findings.records} records, not ${archive.records}.`);
  }
  return findings;
}

function lookInside(member: ArchivedBlock, packed: Uint8Array, findings: Findings): void {
  let raw: Buffer;
  try {
    raw = gunzip(packed, member.rawBytes);
  } catch (cause) {
    findings.problems.push(`Block ${member.id} cannot be inflated: ${String(cause)}.`);
    return;
  }
  const { lines, records } = countLines(raw);
  findings.records += records;
  findings.rawBytes += raw.length;
  if (raw.length !== member.rawBytes) {
    findings.problems.push(`Block ${member.id} inflates to ${raw.length} bytes, not ${member.rawBytes}.`);
  }
  if (lines !== member.lines || records !== member.records) {
    findings.problems.push(
      `Block ${member.id} has ${lines} lines and ${records} records, not ${member.lines} and ${member.records}.`,
    );
  }
}

/** An erased record has left an empty line. */
function countLines(raw: Buffer): { lines: number; records: number } {
  let lines = 0;
  let empty = 0;
  let start = 0;
  for (let at = raw.indexOf(NEWLINE); at >= 0; at = raw.indexOf(NEWLINE, start)) {
    lines++;
    if (at === start) empty++;
    start = at + 1;
  }
  return { lines, records: lines - empty };
}

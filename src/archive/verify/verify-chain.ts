import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { noticeStatement } from '../../notices/index.ts';
import { dayOf } from '../../shared/calendar.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { type TrustedKey, trustedKeys } from '../../trail/index.ts';
import type { ManifestCheck } from '../../wire/archive.ts';
import { canonicalJson, checkSignature, readManifest, toBatch } from '../manifest/manifest.ts';
import { findVersion, listVersions, readDayState, type VersionRow } from '../manifest/manifest-store.ts';
import { dayManifestKey, getBytes, versionKey } from '../objects-store.ts';

/** Of one call: each is read from R2, and the last of its day twice, beside what the database has of that day. */
const MAX_VERSIONS = 100;
const MAX_PROBLEMS = 20;

/**
 * Walks the chain of a project's manifests from behind `after` on: each version is there, is what the database says it was, is signed, and names the one before it; the
 * last of each day is what the day's copy says, and names just the archives that are current.
 */
export async function verifyChain(ctx: Ctx, projectId: string, after: number): Promise<ManifestCheck> {
  const { DB } = ctx.env;
  const listed = await listVersions(DB, projectId, after, MAX_VERSIONS + 1);
  const versions = listed.slice(0, MAX_VERSIONS);
  const keys = await trustedKeys(ctx);
  const check: Findings = { problems: [], records: 0, rawBytes: 0 };
  let previous = after === 0 ? null : ((await findVersion(DB, projectId, after))?.sha256 ?? null);
  let expected = after + 1;
  for (const version of versions) {
    if (version.sequence !== expected) check.problems.push(`Version ${expected} is in no row.`);
    await checkVersion(ctx, projectId, version, { previous, keys }, check);
    previous = version.sha256;
    expected = version.sequence + 1;
  }
  const problems = check.problems.slice(0, MAX_PROBLEMS);
  const last = versions.at(-1)?.sequence ?? after;
  const detail = { ok: problems.length === 0, fromSequence: after + 1, toSequence: last };
  await auditedBatch(ctx, [
    auditStatement(ctx, { action: 'archive.verify_chain', target: projectId, projectId, detail }),
    ...(problems.length === 0 ? [] : [broken(ctx, projectId, problems)]),
  ]);
  return {
    ...{
      ok: problems.length === 0,
      checkedAtMs: ctx.nowMs,
      records: check.records,
      rawBytes: check.rawBytes,
      problems,
    },
    ...{ fromSequence: after + 1, toSequence: last, nextSequence: listed.length > MAX_VERSIONS ? last + 1 : null },
  };
}

interface Findings {
  problems: string[];
  records: number;
  rawBytes: number;
}

async function checkVersion(
  ctx: Ctx,
  projectId: string,
  version: VersionRow & { isLast: boolean },
  { previous, keys }: { previous: string | null; keys: readonly TrustedKey[] },
  check: Findings,
): Promise<void> {
  const { STORE } = ctx.env;
  const { sequence, day, reason, sha256 } = version;
  const say = (what: string) => check.problems.push(`Version ${sequence} ${what}.`);
  const stored = await getBytes(STORE, versionKey(projectId, sequence));
  if (stored === null) return void say('is not there');
  if (sha256Hex(stored.bytes) !== sha256) return void say('has another hash than its row');
  const manifest = readManifest(stored.bytes);
  if (manifest === null) return void say('is no manifest');
  const signature = checkSignature(manifest, keys);
  if (signature !== 'good')
    say(signature === 'bad' ? 'is not signed by its key' : `names the unknown key ${manifest.kid}`);
  if (manifest.previous !== previous) say('names another version before it');
  const said = [manifest.projectId, manifest.sequence, manifest.day, manifest.reason];
  if (said.join() !== [projectId, sequence, day, reason].join()) say('says other things than its row');
  if (!version.isLast) return;
  check.records += manifest.records;
  check.rawBytes += manifest.rawBytes;
  const copy = await getBytes(STORE, dayManifestKey(projectId, day));
  if (copy === null || sha256Hex(copy.bytes) !== sha256) say(`is not what the manifest of ${day} says`);
  const { current, untold } = await readDayState(ctx.env.DB, projectId, day);
  // What no version has said yet, the next run of the cron lets one say.
  if (untold.length === 0 && canonicalJson(current.map(toBatch)) !== canonicalJson(manifest.batches)) {
    say(`names other archives of ${day} than there are`);
  }
}

function broken(ctx: Ctx, projectId: string, problems: readonly string[]): D1PreparedStatement {
  return noticeStatement(ctx, {
    ...{ id: `archive.failed/chain/${projectId}/${dayOf(ctx.nowMs)}`, kind: 'archive.failed', severity: 'critical' },
    title: 'The chain of manifests is not what it was',
    ...{ detail: { projectId, problem: problems.join(' ') }, path: '/archives' },
  });
}

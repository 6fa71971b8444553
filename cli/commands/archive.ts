import type { Archive, ArchiveCheck, ArchiveRestore, ArchiveStatus, ManifestCheck } from '../../src/wire/archive.ts';
import { STREAMS } from '../../src/wire/record.ts';
import type { Command, Option, Run } from '../command.ts';
import { EXIT, type ExitCode, usageError } from '../exit.ts';
import { allPages } from '../pages.ts';
import { safeText } from '../terminal/safe-text.ts';
import { spanWords } from '../time.ts';

const RANGE: Readonly<Record<string, Option>> = {
  from: { value: '<time>', help: 'of records from then on' },
  to: { value: '<time>', help: 'of records before then' },
  stream: { value: '<stream>', choices: STREAMS, help: 'of one stream' },
};

function scopeOf({ input, client }: Pick<Run, 'input' | 'client'>) {
  const nowMs = Date.now();
  const target = client();
  const [from, to] = [input.moment('from', nowMs), input.moment('to', nowMs)];
  if (from !== null && to !== null && from >= to) throw usageError('--from must be before --to.');
  return { target, query: { project: target.projectId, stream: input.text('stream'), from, to } };
}

const list: Command = {
  name: 'archive list',
  summary: 'Lists the objects of the archive, the newest day first',
  options: { ...RANGE, limit: { value: '<n>', help: 'so many at most (100)' } },
  notes: 'Needs a key with the scope query.',
  async run({ input, out, client }) {
    const { target, query } = scopeOf({ input, client });
    const most = input.wholeNumber('limit', 1, 1_000_000) ?? 100;
    const items = await allPages<Archive>(target, '/api/archives', { ...query, limit: Math.min(most, 1_000) }, most);
    if (out.json) await out.data({ items });
    else
      await out.table(
        ['ID', 'DAY', 'STREAM', 'RECORDS', 'STATE', 'CHECKED'],
        items.map((one) => [one.id, one.day, one.stream, String(one.records), one.state, checkedWords(one)]),
      );
    return undefined;
  },
};

function checkedWords({ verified }: Archive): string {
  if (verified === null) return 'never';
  return `${verified.ok ? 'good' : `BAD: ${verified.problem}`}, ${new Date(verified.atMs).toISOString().slice(0, 16)}Z`;
}

const status: Command = {
  name: 'archive status',
  summary: 'Says what the archive holds and how far behind it is',
  notes: 'Needs a key with the scope query.',
  async run({ out, client }) {
    const target = client();
    const found = await target.get<ArchiveStatus>('/api/archives/status', { project: target.projectId });
    if (out.json) return void (await out.data(found));
    const { archives, records, oldestDay, newestDay, hot, lagMs, due } = found;
    const days = oldestDay === null ? '' : `, ${oldestDay} to ${newestDay}`;
    await out.line(`${records} records in ${archives} objects${days}; ${hot.records} in the database alone.`);
    await out.line(lagMs === 0 ? 'Nothing is late.' : `${spanWords(lagMs)} behind: ${due} blocks are due.`);
  },
};

const verify: Command = {
  name: 'archive verify',
  summary: 'Checks objects of the archive and the chain of manifests',
  takes: '[archive]…',
  most: 1_000,
  options: { ...RANGE, manifests: { help: 'the chain of manifests alone' } },
  notes: `Objects are read whole and held against the index. Without an archive: every object of the range, and the chain. The code is 1 where anything is wrong.
Needs a key with the scope admin.`,
  examples: ['breakwater archive verify arc_…', 'breakwater archive verify --from 90d --stream logs'],
  run: verifyArchive,
};

interface Checked {
  id: string;
  ok: boolean;
  records: number;
  problems: string[];
}

async function verifyArchive({ input, out, client }: Run): Promise<ExitCode> {
  const { target, query } = scopeOf({ input, client });
  const named = input.arguments;
  if (named.length > 0 && input.has('manifests')) throw usageError('--manifests takes no archive.');
  const found =
    named.length > 0 || input.has('manifests')
      ? []
      : await allPages<Archive>(target, '/api/archives', { ...query, limit: 1_000 });
  const ids = named.length > 0 ? named : found.filter(({ state }) => state === 'current').map(({ id }) => id);
  const checked: Checked[] = [];
  for (const [at, id] of ids.entries()) {
    out.status(`${at} of ${ids.length} objects read`);
    const path = `/api/archives/${encodeURIComponent(id)}/verify`;
    const timeoutMs = 120_000;
    const { ok, records, problems } = await target.change<ArchiveCheck>('POST', path, { query, timeoutMs });
    checked.push({ id, ok, records, problems });
    if (!out.json) await out.line(`${ok ? 'good' : out.paint('red', 'BAD ')}  ${safeText(id)}  ${records} records`);
    if (!out.json) for (const problem of problems) await out.line(`      ${safeText(problem)}`);
  }
  const manifests = named.length > 0 ? null : await verifyManifests({ out, client });
  if (out.json) await out.data({ archives: checked, manifests });
  else if (manifests !== null) {
    const word = manifests.problems.length === 0 ? 'good' : out.paint('red', 'BAD ');
    await out.line(`${word}  ${manifests.versions} versions of manifests`);
    for (const problem of manifests.problems) await out.line(`      ${safeText(problem)}`);
  }
  const problems = [...checked.flatMap((one) => one.problems), ...(manifests?.problems ?? [])];
  return problems.length === 0 && checked.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

/** 100 versions a call, from the first to the last. */
async function verifyManifests({ out, client }: Pick<Run, 'out' | 'client'>) {
  const target = client();
  const all = { versions: 0, problems: [] as string[] };
  let after: number | null = null;
  for (;;) {
    const query = { project: target.projectId, after };
    const found: ManifestCheck = await target.change<ManifestCheck>('POST', '/api/archives/verify', { query });
    all.problems.push(...found.problems);
    all.versions = Math.max(all.versions, found.toSequence);
    out.status(`${all.versions} versions of manifests read`);
    if (found.nextSequence === null) return all;
    after = found.toSequence;
  }
}

const restore: Command = {
  name: 'archive restore',
  summary: 'Puts archived records back into the database for some days',
  options: { ...RANGE, days: { value: '<n>', help: 'for how long, 1 to 90 (7)' } },
  notes:
    'Searches over the range are as fast as recent ones then; nothing has to be restored to be found. Needs a key with the scope admin.',
  examples: ['breakwater archive restore --from 2026-08-01 --to 2026-08-08 --days 14'],
  async run({ input, out, client }) {
    const { target, query } = scopeOf({ input, client });
    const { project, stream, from, to } = query;
    if (from === null || to === null) throw usageError('Name the range with --from and --to.');
    const days = input.wholeNumber('days', 1, 90) ?? 7;
    const body = { fromMs: from, toMs: to, days, ...(stream === null ? {} : { stream }) };
    const total = { blocks: 0, rawBytes: 0 };
    for (;;) {
      const options = { query: { project }, body, timeoutMs: 120_000 };
      const done = await target.change<ArchiveRestore>('POST', '/api/archives/restore', options);
      total.blocks += done.blocks;
      total.rawBytes += done.rawBytes;
      if (done.done) break;
      out.status(`${total.blocks} blocks are back, there are more`);
    }
    const hotUntilMs = Date.now() + days * 86_400_000;
    if (out.json) await out.data({ ...total, days, hotUntilMs });
    else await out.line(`${total.blocks} blocks are back, for ${days} days.`);
    return undefined;
  },
};

export const archiveCommands: readonly Command[] = [list, status, verify, restore];

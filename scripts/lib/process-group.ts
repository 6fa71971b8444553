/**
 * Process groups: killing a process that started others leaves those running (killing wrangler alone leaves workerd on the
 * port), so everything here is about all members of a group. A zombie, dead but not yet collected, counts as gone.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

interface ProcessRow {
  pid: number;
  group: number;
  /** Differs between two processes that got the same id one after the other. */
  startedAt: string;
}

/** The living processes, from /proc where there is one, else from ps. */
function listProcesses(): ProcessRow[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProcStat(Number(name)) ?? []) : []));
  }
  const table = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat=,lstart='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [pid, group, state, ...startedAt] = line.trim().split(/\s+/);
    return pid && group && !state?.startsWith('Z')
      ? { pid: Number(pid), group: Number(group), startedAt: startedAt.join(' ') }
      : [];
  });
}

function readProcStat(pid: number): ProcessRow | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // it ended between the listing and the reading
  }
  // proc(5): the second field is the name in parentheses, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  return state === 'Z' || state === 'X' ? null : { pid, group: Number(group), startedAt: fields[19] ?? '' };
}

/** When a living process was started, as an opaque text; null when there is no such process. */
export function processStartedAt(pid: number): string | null {
  if (process.platform === 'linux') return readProcStat(pid)?.startedAt ?? null;
  return listProcesses().find((row) => row.pid === pid)?.startedAt ?? null;
}

export function groupMembers(group: number): number[] {
  return listProcesses().flatMap((row) => (row.group === group ? row.pid : []));
}

/** Sends a signal to every member; false when there is none left. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  // kill(2): 0 is the caller's own group, -1 is every process there is.
  if (!(group > 1)) throw new Error(`${group} is no process group to signal`);
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** True as soon as the group has no living member, false when it still has one after `limitMs`. */
export async function groupGone(group: number, limitMs: number): Promise<boolean> {
  const deadlineMs = Date.now() + limitMs;
  while (groupMembers(group).length > 0) {
    if (Date.now() > deadlineMs) return false;
    await sleep(20);
  }
  return true;
}

/** Asks the group to end, then makes it. Returns when no member is left. */
export async function endGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (await groupGone(group, graceMs)) return;
  await killGroup(group);
}

/** SIGKILL to the whole group. Returns when no member is left, so that its port is free. */
export async function killGroup(group: number): Promise<void> {
  signalGroup(group, 'SIGKILL');
  if (!(await groupGone(group, 10_000))) throw new Error(`process group ${group} is still there 10 s after SIGKILL`);
}

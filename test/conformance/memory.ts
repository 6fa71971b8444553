import { readFileSync, writeFileSync } from 'node:fs';
import { groupMembers } from '../../scripts/lib/process-group.ts';
import type { StartedWorkerd } from '../helpers/node/workerd.ts';

/** workerd's highest resident memory in MiB since the last call of resetPeak. Linux only. */
export function peakMib(worker: StartedWorkerd): number {
  return Math.max(...workerds(worker).map((pid) => field(pid, 'VmHWM')));
}

/** Starts the next measurement of the peak; returns the memory at this moment, in MiB. */
export function resetPeak(worker: StartedWorkerd): number {
  const pids = workerds(worker);
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5'); // proc(5): resets VmHWM
  return Math.max(...pids.map((pid) => field(pid, 'VmRSS')));
}

function workerds(worker: StartedWorkerd): number[] {
  const pids = groupMembers(worker.pid).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd');
  if (pids.length === 0) throw new Error('no workerd runs');
  return pids;
}

function field(pid: number, name: string): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

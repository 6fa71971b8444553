import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Kills a process group as soon as this process ends, however it ends: also by SIGKILL, when no handler runs. The pipe to
 * the shell closes with this process, and the shell, in a group of its own, then does it. Kill the returned process to call it off.
 */
export function killGroupWhenThisProcessEnds(group: number): ChildProcess {
  const script = 'read _; kill -s KILL -- "-$0"';
  const child = spawn('sh', ['-c', script, String(group)], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  return child;
}

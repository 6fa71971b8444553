import { authenticateSender, countRefused, type Sender } from '../ingest/index.ts';
import { takeIngest } from '../limits/index.ts';
import { namedProject, type ProjectAction } from '../projects/index.ts';
import type { AppContext } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { EtlError } from './errors.ts';

/** As namedProject, in the words of ETL. */
export async function projectOf(
  c: AppContext,
  named: string | undefined,
  action: ProjectAction,
): Promise<Result<string, EtlError>> {
  const project = await namedProject(c.get('ctx'), named, action);
  return project.ok ? project : err({ kind: 'project', error: project.error });
}

/** The sender by its key; null for somebody signed in, whose project has yet to be known. Refusals of keys, and by the rate, are counted. */
export async function keySender(c: AppContext): Promise<Result<Sender | null, EtlError>> {
  const { actor } = c.get('ctx');
  if (actor.kind === 'anonymous') return err({ kind: 'project', error: { kind: 'unauthenticated' } });
  if (actor.kind !== 'key') return ok(null);
  const sender = await authenticateSender(c);
  return sender.ok ? taken(c, sender.value) : err({ kind: 'ingest', error: sender.error });
}

/** Before anything of the request is read or a job is opened: whoever repeats what was refused must not fill a database that is everybody's. */
async function taken(c: AppContext, sender: Sender): Promise<Result<Sender, EtlError>> {
  const ctx = c.get('ctx');
  const rate = await takeIngest(ctx, { ...sender, recordsPerDay: null }, { records: 0, seen: null, isRequest: true });
  if (rate.ok) return ok(sender);
  await countRefused(ctx, sender, rate.error);
  return err({ kind: 'ingest', error: rate.error });
}

/** A key sends to its own project only, whatever it names; whether another exists is not told. */
export async function senderFor(
  c: AppContext,
  byKey: Sender | null,
  named: string | undefined,
): Promise<Result<Sender, EtlError>> {
  const project = named || undefined;
  if (byKey !== null) {
    if (project === undefined || project === byKey.projectId) return ok(byKey);
    return err({ kind: 'project', error: { kind: 'not_found' } });
  }
  const granted = await projectOf(c, project, 'write');
  return granted.ok
    ? taken(c, { projectId: granted.value, keyId: accountOf(c), streams: null, recordsPerDay: null, browser: null })
    : granted;
}

/** The ledger's account. */
export function accountOf(c: AppContext): string {
  const { actor } = c.get('ctx');
  return actor.kind === 'user' ? `user:${actor.userId}` : actor.kind === 'key' ? actor.keyId : actor.kind;
}

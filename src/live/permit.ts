import { verifyCsrf } from '../auth/index.ts';
import type { Config } from '../env.ts';
import type { LiveError } from './errors.ts';
import type { Frame } from './frame.ts';
import type { LiveIdentity } from './identity.ts';

/** Why a socket may not do what a frame asks; null where it may. Which streams it may send to is for the gather queue to say. */
export function mayCommand(
  config: Config,
  { identity, csrfVerified }: { identity: LiveIdentity; csrfVerified: boolean },
  frame: Extract<Frame, { type: 'SUBSCRIBE' | 'TELEMETRY' }>,
): LiveError | null {
  if (frame.project !== identity.projectId) return { kind: 'wrong_project' };
  if (
    !csrfVerified &&
    identity.by.kind === 'user' &&
    !(frame.csrf !== null && verifyCsrf(config, identity.by.sessionId, frame.csrf))
  ) {
    return { kind: 'csrf_required' };
  }
  if (frame.type === 'SUBSCRIBE' && !identity.mayRead) return { kind: 'scope', needed: 'a key with the scope query' };
  return null;
}

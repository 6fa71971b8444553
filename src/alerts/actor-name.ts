import type { Actor } from '../env.ts';

/** Who it is, as receivers and lists show them. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return actor.username;
    case 'key':
      return actor.keyId;
    case 'system':
      return actor.job;
    case 'anonymous':
      return '';
  }
}

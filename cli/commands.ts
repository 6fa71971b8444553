import type { Command } from './command.ts';
import { archiveCommands } from './commands/archive.ts';
import { completionCommand } from './commands/completion.ts';
import { deliveryCommands } from './commands/deliveries.ts';
import { doctor } from './commands/doctor.ts';
import { health } from './commands/health.ts';
import { keyCommands } from './commands/keys.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { profileCommands } from './commands/profiles.ts';
import { query } from './commands/query.ts';
import { send } from './commands/send.ts';
import { tail } from './commands/tail.ts';

/** The table of contents, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...[login, logout, ...profileCommands],
  ...[tail, query, send],
  ...[health, doctor],
  ...[...keyCommands, ...archiveCommands, ...deliveryCommands],
  completionCommand(() => COMMANDS),
];

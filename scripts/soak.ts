/** `npm run soak`: half of the most for ten minutes, and whether the memory of the server stays flat. */
import { loadCommand } from './load/command.ts';

// Connections that are kept for a next request would hold the process.
process.exit(await loadCommand('soak', process.argv.slice(2)));

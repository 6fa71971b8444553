/** `npm run load`: a load of records, searches and sockets, and whether the ledger has all of it. */
import { loadCommand } from './load/command.ts';

// Connections that are kept for a next request would hold the process.
process.exit(await loadCommand('load', process.argv.slice(2)));

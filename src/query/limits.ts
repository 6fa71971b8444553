/** Raw bytes of blocks that one request reads before it answers with what it has and a cursor: one to two seconds of work. */
export const BUDGET_BYTES = 512 * 1024 * 1024;
/**
 * Raw bytes after which a request gives up that has not got past one moment of time, because so many blocks overlap there. Far below
 * the CPU time that wrangler.toml allows.
 */
export const HARD_BUDGET_BYTES = 2 * 1024 * 1024 * 1024;
/** Time after which a request answers with what it has, for searches whose terms cost more than reading does. */
export const BUDGET_MS = 15_000;
/**
 * Statements and reads of archives after which it does so, for searches that pass very many blocks by their index rows or whose matches are spread over
 * very many. D1 takes 1,000 statements from one request, and so many calls of all stores are sure to be had (older limits of subrequests); the rest
 * is for the session, the project, the cache and what is being read ahead.
 */
export const BUDGET_CALLS = 900;
/** The range of a query that names none. */
export const DEFAULT_RANGE_MS = 3_600_000;

import { SLOW_BACKLOG_BYTES } from '../../wire/limits.ts';
import type { JournalState } from '../api/types.ts';
import { bytes, minute, plural } from './format.ts';

export interface Trouble {
  tone: 'warn' | 'bad';
  text: string;
}

/** A journal sums its ledger on the thread that appends, which takes 11 ms with 20 keys: pages that refresh by themselves ask once a minute. */
const LEDGER_EVERY_MS = 60_000;

/** Of a ledger for a view that ends at `toMs`: the same key, the same answer. */
export function ledgerKey(project: string, toMs: number): string {
  return `${project} ${Math.floor(toMs / LEDGER_EVERY_MS)}`;
}

/** What keeps records from the database, what that means, and what to do; null while all is well. */
export function troubleOf(journal: JournalState): Trouble | null {
  const { backlogRecords, backlogBytes, largestBacklogBytes, sealFailingSinceMs } = journal;
  const waiting = `${plural(backlogRecords, 'record')} (${bytes(backlogBytes)}) wait in the journal, safe and searchable`;
  if (sealFailingSinceMs !== null) {
    const what = `The database has taken no new blocks since ${minute(sealFailingSinceMs)}`;
    return { tone: 'bad', text: `${what}. ${waiting}. Past 1 GiB a journal refuses more: look at the status of D1.` };
  }
  if (largestBacklogBytes <= SLOW_BACKLOG_BYTES) return null;
  return {
    tone: 'warn',
    text: `Records arrive faster than they are sealed into the database. ${waiting}, and senders are slowed down. When it lasts, raise JOURNAL_SHARDS.`,
  };
}

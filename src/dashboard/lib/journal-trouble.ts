import { SLOW_BACKLOG_BYTES } from '../../wire/limits.ts';
import type { JournalState } from '../api/types.ts';
import { bytes, minute, plural } from './format.ts';

export interface Trouble {
  tone: 'warn' | 'bad';
  text: string;
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

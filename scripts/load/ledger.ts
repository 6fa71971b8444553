import type { Client } from '../../cli/client.ts';
import type { Sent } from './send.ts';

/** What the deployment counted of one key since the key exists. */
export interface Account {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
}

const NOTHING: Account = { received: 0, stored: 0, duplicate: 0, rejected: 0 };

export interface LedgerState {
  account: Account;
  backlogRecords: number;
}

export async function readAccount(client: Client): Promise<LedgerState> {
  const { projectId, id } = client.claims;
  const path = `/api/projects/${encodeURIComponent(projectId)}/ledger`;
  const ledger = await client.get<{ keys: (Account & { keyId: string })[]; journal: { backlogRecords: number } }>(path);
  const row = ledger.keys.find(({ keyId }) => keyId === id) ?? NOTHING;
  const { received, stored, duplicate, rejected } = row;
  return { account: { received, stored, duplicate, rejected }, backlogRecords: ledger.journal.backlogRecords };
}

export function between(before: Account, after: Account): Account {
  const less = (name: keyof Account) => after[name] - before[name];
  return {
    received: less('received'),
    stored: less('stored'),
    duplicate: less('duplicate'),
    rejected: less('rejected'),
  };
}

/**
 * What does not add up, in sentences. A batch whose answer was lost and that was sent again is received twice and stored once, the second time as
 * duplicate; one that nobody answered for may be there or not.
 */
export function imbalances(sent: Sent, counted: Account, batchRecords: number): string[] {
  const { received, stored, duplicate, rejected } = counted;
  const problems: string[] = [];
  if (received !== stored + duplicate + rejected)
    problems.push(
      `The ledger says received ${received}, and stored + duplicate + rejected are ${stored + duplicate + rejected}.`,
    );
  const open = sent.unanswered * batchRecords;
  if (stored < sent.stored || stored > sent.stored + open)
    problems.push(`${sent.stored} were answered as stored, the ledger has ${stored}.`);
  const once = received - duplicate;
  const answeredOnce = sent.received - sent.duplicate;
  if (once < answeredOnce || once > answeredOnce + open)
    problems.push(`${answeredOnce} different records were answered for, the ledger has ${once}.`);
  return problems;
}

import type { ApiKey, Ledger, LedgerSource } from '../../api/types.ts';
import type { Tone } from '../../components/status-dot.tsx';
import { relative } from '../../lib/format.ts';
import { refusalWords } from './refusal-words.ts';

/** As long as the headline's "now". */
const SENDING_MS = 3 * 60_000;
/** One bad batch among good ones is no state. */
const TURNED_AWAY_MS = 30_000;
const HOUR_MS = 3_600_000;

/** One client of one key; a key that no client was seen with has one row without. */
export interface SourceRow {
  id: string;
  keyId: string;
  keyName: string;
  client: LedgerSource | null;
  lastSeenAtMs: number | null;
  state: { tone: Tone; word: string };
}

/** `keys` is null for who may not see them: then ids stand for names. */
export function keyNameOf(keyId: string, keys: readonly ApiKey[] | null): string {
  const key = keys?.find(({ id }) => id === keyId);
  if (key) return key.name;
  if (keyId === 'system:own_logs') return 'This deployment';
  return keyId.startsWith('user:') ? 'Somebody signed in' : keyId;
}

/** `nowMs` is only known to some seconds: what came since then came now, not in the future. */
export function seenText(ms: number, nowMs: number): string {
  return relative(Math.min(ms, nowMs), nowMs);
}

/** Keys by clients, the latest seen first; then keys that were never used. */
export function sourceRows(ledger: Ledger, keys: readonly ApiKey[] | null, nowMs: number): SourceRow[] {
  const rows: SourceRow[] = ledger.sources.map((client) => ({
    id: `${client.keyId} ${client.protocol} ${client.userAgent}`,
    keyId: client.keyId,
    keyName: keyNameOf(client.keyId, keys),
    client,
    lastSeenAtMs: client.lastSeenAtMs,
    state: stateOf(client, ledger, isRevoked(client.keyId, keys, nowMs), nowMs),
  }));
  const shown = new Set(rows.map(({ keyId }) => keyId));
  for (const key of ledger.keys) {
    if (shown.has(key.keyId)) continue;
    shown.add(key.keyId);
    rows.push({
      ...{ id: key.keyId, keyId: key.keyId, keyName: keyNameOf(key.keyId, keys), client: null },
      lastSeenAtMs: key.lastSeenAtMs,
      state: key.refused > 0 ? { tone: 'bad', word: refusedWord(ledger, key.keyId) } : { tone: 'off', word: 'Quiet' },
    });
  }
  for (const key of keys ?? []) {
    const sends = key.scopes.some((scope) => scope === 'admin' || scope.startsWith('ingest'));
    if (shown.has(key.id) || !sends || isRevoked(key.id, keys, nowMs)) continue;
    rows.push({
      ...{ id: key.id, keyId: key.id, keyName: key.name, client: null, lastSeenAtMs: null },
      state: { tone: 'off', word: 'Never sent' },
    });
  }
  return rows.sort((a, b) => (b.lastSeenAtMs ?? 0) - (a.lastSeenAtMs ?? 0));
}

function stateOf(client: LedgerSource, ledger: Ledger, revoked: boolean, nowMs: number): SourceRow['state'] {
  const isTurnedAway = client.lastSeenAtMs - client.lastRecordAtMs > TURNED_AWAY_MS;
  if (isTurnedAway && nowMs - client.lastSeenAtMs < HOUR_MS) {
    const rejects = client.records > 0 && !ledger.refusals.some(({ keyId }) => keyId === client.keyId);
    return { tone: 'bad', word: rejects ? 'Rejected' : refusedWord(ledger, client.keyId) };
  }
  if (revoked) return { tone: 'off', word: 'Revoked' };
  return nowMs - client.lastRecordAtMs <= SENDING_MS ? { tone: 'ok', word: 'Sending' } : { tone: 'off', word: 'Quiet' };
}

/** With the reason where the range knows one. */
function refusedWord(ledger: Ledger, keyId: string): string {
  const latest = ledger.refusals
    .filter((refusal) => refusal.keyId === keyId)
    .toSorted((a, b) => b.lastMinute - a.lastMinute)[0];
  return latest ? `Refused: ${refusalWords(latest.code).what.toLowerCase()}` : 'Refused';
}

function isRevoked(keyId: string, keys: readonly ApiKey[] | null, nowMs: number): boolean {
  const revokedAtMs = keys?.find(({ id }) => id === keyId)?.revokedAtMs ?? null;
  return revokedAtMs !== null && revokedAtMs <= nowMs;
}

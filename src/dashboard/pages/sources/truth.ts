import type { Ledger, LedgerMinute, RefusedKeys } from '../../api/types.ts';
import { compact, duration, minute, plural } from '../../lib/format.ts';
import type { Headline } from '../../lib/headline.ts';
import { NOW_MINUTES, nowFrom } from './outcomes.ts';
import { refusalWords, rejectionWords } from './refusal-words.ts';

const MINUTE_MS = 60_000;
/** Trouble older than this is history, not why nothing arrives. */
const TROUBLE_MS = 15 * MINUTE_MS;

export interface Truth {
  kind: 'arriving' | 'mixed' | 'refused' | 'stopped' | 'never';
  headline: Headline;
}

/**
 * The one sentence of the page: does data arrive, and if not, why not. `ledger` holds the last hour; `nobody` are requests without a key that
 * this deployment knows, null for who may not see them.
 */
export function truthOf(ledger: Ledger, nobody: readonly RefusedKeys[] | null, nowMs: number): Truth {
  const lastRecordAtMs = Math.max(0, ...ledger.keys.map((key) => key.lastRecordAtMs));
  const nowFromMs = nowFrom(nowMs);
  const recent = ledger.minutes.filter((row) => row.minute >= nowFromMs);
  const taken = recent.reduce((sum, row) => sum + row.stored + row.duplicate, 0);
  const trouble = troubleOf(ledger, nowFromMs);
  if (taken > 0) {
    const sources = ledger.sources.filter((source) => source.lastRecordAtMs >= nowFromMs).length;
    const rate = rateOf(taken, (nowMs - nowFromMs) / 1_000);
    const from = `${rate} from ${plural(Math.max(1, sources), 'source')}`;
    const last = `The last record came ${ago(lastRecordAtMs, nowMs)}.`;
    if (trouble === null) {
      const detail = `${last} Nothing was rejected or refused in the last ${NOW_MINUTES} min.`;
      return { kind: 'arriving', headline: { tone: 'ok', text: `Arriving now: ${from}`, detail } };
    }
    return {
      kind: 'mixed',
      headline: {
        tone: 'warn',
        text: `Arriving now: ${from}, but not all of it`,
        detail: `${trouble.counts} in the last ${NOW_MINUTES} min. ${trouble.kind}: ${trouble.why}. ${trouble.todo}`,
      },
    };
  }
  const since = troubleOf(ledger, Math.max(nowMs - TROUBLE_MS, lastRecordAtMs));
  if (since !== null) {
    const before =
      lastRecordAtMs > 0 ? `The last record was taken ${ago(lastRecordAtMs, nowMs)}.` : 'No record was ever taken.';
    return {
      kind: 'refused',
      headline: {
        tone: 'bad',
        text: `Nothing gets in: ${since.why}`,
        detail: `${since.counts} in the last ${duration(TROUBLE_MS)}. ${since.todo} ${before}`,
      },
    };
  }
  const stranger = strangerOf(nobody, Math.max(nowMs - TROUBLE_MS, lastRecordAtMs));
  if (lastRecordAtMs > 0) {
    return {
      kind: 'stopped',
      headline: {
        tone: 'warn',
        text: `Nothing has arrived since ${since24h(lastRecordAtMs, nowMs)}`,
        detail: stranger
          ? strangerText(stranger, nowMs)
          : `The last record came ${ago(lastRecordAtMs, nowMs)}, and nothing was refused since. Look at the clients: they do not reach this address.`,
      },
    };
  }
  return {
    kind: 'never',
    headline: stranger
      ? { tone: 'bad', text: 'Nothing has arrived yet, but somebody tries', detail: strangerText(stranger, nowMs) }
      : {
          tone: 'info',
          text: 'Nothing has ever arrived',
          detail: 'Choose your client below and copy its settings. This page notices the first record by itself.',
        },
  };
}

interface TurnedAway {
  /** Of the cause that is named. */
  kind: 'Refused' | 'Rejected';
  counts: string;
  why: string;
  todo: string;
}

/** What was turned away from `fromMs` on, and the cause that most of it had; null where nothing was. */
function troubleOf(ledger: Ledger, fromMs: number): TurnedAway | null {
  const firstMinute = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
  const inTime = (at: number) => at >= firstMinute;
  const rows = ledger.minutes.filter((row) => inTime(row.minute));
  const [refused, rejected] = [sumOf(rows, 'refused'), sumOf(rows, 'rejected')];
  if (refused + rejected === 0) return null;
  const counts = [
    ...(rejected > 0 ? [`${plural(rejected, 'record')} rejected`] : []),
    ...(refused > 0 ? [`${plural(refused, 'request')} refused`] : []),
  ].join(' and ');
  // A refused request lost all of its records, so its cause goes first.
  const refusal = ledger.refusals.find((cause) => inTime(cause.lastMinute));
  const rejection = ledger.reasons.find((cause) => inTime(cause.lastMinute));
  const isRefused = refused > 0 && refusal !== undefined;
  const words = isRefused ? refusalWords(refusal.code) : rejectionWords(rejection?.reason ?? 'Not valid');
  return { kind: isRefused ? 'Refused' : 'Rejected', counts, why: lowerFirst(words.what), todo: words.todo };
}

function strangerOf(nobody: readonly RefusedKeys[] | null, fromMs: number): RefusedKeys | null {
  const latest = nobody?.toSorted((a, b) => b.lastSeenAtMs - a.lastSeenAtMs)[0];
  return latest && latest.lastSeenAtMs >= fromMs ? latest : null;
}

function strangerText(stranger: RefusedKeys, nowMs: number): string {
  const { what, todo } = refusalWords(stranger.code);
  return `A request was refused ${ago(stranger.lastSeenAtMs, nowMs)}: ${lowerFirst(what)}. It belongs to no project; if it was yours: ${lowerFirst(todo)}`;
}

function sumOf(rows: readonly LedgerMinute[], name: 'refused' | 'rejected'): number {
  return rows.reduce((sum, row) => sum + row[name], 0);
}

function rateOf(records: number, seconds: number): string {
  const perSecond = records / seconds;
  return perSecond >= 1 ? `${compact(perSecond)} records/s` : `${plural(Math.ceil(perSecond * 60), 'record')}/min`;
}

function ago(ms: number, nowMs: number): string {
  return `${duration(Math.max(0, nowMs - ms))} ago`;
}

function since24h(ms: number, nowMs: number): string {
  if (nowMs - ms < 12 * 3_600_000) return minute(ms);
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
  return `${day} ${minute(ms)}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

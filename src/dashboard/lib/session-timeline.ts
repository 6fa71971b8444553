import type { LogRecord, Stream } from '../../wire/record.ts';
import { isVital, type Rating, ratingOf } from '../../wire/vitals.ts';
import { labelOf, numberAttr, textAttr } from './attrs.ts';
import { bytes, compact } from './format.ts';
import { RATING_WORDS } from './ratings.ts';
import { inUnit } from './units.ts';

export type Tone = 'plain' | 'ok' | 'warn' | 'bad';

/** What a record says in one line. */
export interface Told {
  title: string;
  /** Such as its value; '' where there is none. */
  value: string;
  tone: Tone;
  /** The tone in a word; '' where it is plain. */
  word: string;
}

export interface TimelineRow {
  id: string;
  record: LogRecord;
  /** Since the session's first record. */
  offsetMs: number;
  /** Time in which nothing happened before it, where that is long enough to be said. */
  gapMs: number | null;
  /** Set where the page is another one than that of the record before. */
  page: string | null;
}

/** Shorter silences are a reader who reads. */
const GAP_MS = 30_000;

/** Rows in the order of the records, which come oldest first. Hidden streams leave no gaps: what they did fills them. */
export function timelineRows(
  records: readonly LogRecord[],
  firstMs: number,
  hidden: ReadonlySet<Stream>,
): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let lastMs = firstMs;
  let lastPage: string | null = null;
  let newPage: string | null = null;
  let gapMs = 0;
  for (const record of records) {
    gapMs = Math.max(gapMs, record.ts - lastMs);
    lastMs = Math.max(lastMs, record.ts);
    const page = labelOf(record, 'page');
    if (page !== null && page !== lastPage) {
      lastPage = page;
      newPage = page;
    }
    if (hidden.has(record.stream)) continue;
    const gap = gapMs >= GAP_MS ? gapMs : null;
    rows.push({ id: record.id, record, offsetMs: record.ts - firstMs, gapMs: gap, page: newPage });
    gapMs = 0;
    newPage = null;
  }
  return rows;
}

const RATING_TONES: Record<Rating, Tone> = { good: 'ok', 'needs-improvement': 'warn', poor: 'bad' };

export function tell(record: LogRecord): Told {
  switch (record.stream) {
    case 'vitals':
      return tellVital(record);
    case 'errors':
      return { title: titleOf(record), value: '', tone: 'bad', word: 'error' };
    case 'operations':
      return tellOperation(record);
    case 'fraud':
      return tellFraud(record);
    case 'metrics':
      return tellMetric(record);
    case 'logs':
    case 'spans': {
      // As the browser SDK says that a page was opened.
      if (record.type === 'pageview') return tellPageView(record);
      const failed = record.level === 'error' || record.level === 'fatal';
      const tone = failed ? 'bad' : record.level === 'warn' ? 'warn' : 'plain';
      return { title: titleOf(record), value: lengthOf(record), tone, word: tone === 'plain' ? '' : record.level };
    }
  }
}

function tellPageView({ message, attrs }: LogRecord): Told {
  return { title: `Opened ${message}`, value: textAttr(attrs, 'navigationType') ?? '', tone: 'plain', word: '' };
}

function titleOf({ type, message }: LogRecord): string {
  const parts = [type, message].filter((text) => text !== undefined && text !== '');
  return parts.length === 0 ? '(no message)' : parts.join(': ');
}

function lengthOf({ attrs }: LogRecord): string {
  const ms = numberAttr(attrs, 'durationMs');
  return ms === null ? '' : inUnit(ms, 'ms');
}

function tellVital(record: LogRecord): Told {
  const name = textAttr(record.attrs, 'name');
  const value = numberAttr(record.attrs, 'value');
  if (name === null || value === null || !isVital(name)) {
    return { title: titleOf(record), value: value === null ? '' : compact(value), tone: 'plain', word: '' };
  }
  const rating = ratingOf(name, value);
  const shown = inUnit(value, name === 'CLS' ? 'score' : 'ms');
  return { title: name, value: shown, tone: RATING_TONES[rating], word: RATING_WORDS[rating].toLowerCase() };
}

function tellOperation(record: LogRecord): Told {
  const { attrs } = record;
  const operation = textAttr(attrs, 'operation');
  const gateway = textAttr(attrs, 'gateway');
  const size = numberAttr(attrs, 'bytes');
  const failed = attrs.outcome === 'failure';
  const reason = failed ? textAttr(attrs, 'reason') : null;
  const title = operation === null ? titleOf(record) : gateway === null ? operation : `${operation} by ${gateway}`;
  return {
    title: reason === null ? title : `${title}: ${reason}`,
    value: [lengthOf(record), size === null ? '' : bytes(size)].filter((text) => text !== '').join(', '),
    tone: failed ? 'bad' : 'plain',
    word: failed ? 'failed' : '',
  };
}

const DECISIONS: Record<string, [Tone, string]> = {
  allow: ['ok', 'allowed'],
  review: ['warn', 'to review'],
  deny: ['bad', 'denied'],
};

function tellFraud(record: LogRecord): Told {
  const decision = textAttr(record.attrs, 'decision') ?? '';
  const [tone, word] = Object.hasOwn(DECISIONS, decision) ? (DECISIONS[decision] as [Tone, string]) : ['plain', ''];
  const score = numberAttr(record.attrs, 'riskScore');
  return { title: titleOf(record), value: score === null ? '' : `score ${score}`, tone: tone as Tone, word };
}

function tellMetric(record: LogRecord): Told {
  const name = textAttr(record.attrs, 'name');
  const value = numberAttr(record.attrs, 'value');
  const unit = textAttr(record.attrs, 'unit');
  const shown = value === null ? '' : [compact(value), unit].filter((text) => text !== null).join(' ');
  return { title: name ?? titleOf(record), value: shown, tone: 'plain', word: '' };
}

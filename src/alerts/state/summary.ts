import { unreachable } from '../../shared/result.ts';
import type { AlertRule } from '../../wire/alerts.ts';
import { groupLabelOf } from './labels.ts';
import { limitOf } from './limit.ts';
import type { GroupState } from './types.ts';

const STAT_WORDS: Readonly<Record<string, string>> = {
  ...{ avg: 'average', max: 'maximum', min: 'minimum', failure_rate: 'share of failures' },
};
const COOKIE_WORDS = {
  max_bytes: (value: string) => `The largest Cookie header of today has ${value} bytes`,
  avg_bytes: (value: string) => `Cookie headers of today have ${value} bytes on average`,
  max_count: (value: string) => `The most cookies in a request of today are ${value}`,
};

type Told = Pick<AlertRule, 'condition' | 'windowSeconds'>;

/** A firing in a sentence, for people: what it counts is in the fields beside it. */
export function summaryOf(rule: Told, state: GroupState): string {
  const { condition } = rule;
  const label = groupLabelOf(condition);
  // An anomaly and a group of errors are named in their own sentences.
  const isNamed = label === null || state.group === '' || state.note !== null || condition.kind === 'error_rate';
  const where = isNamed ? '' : ` (${label} ${state.group})`;
  const sentence = `${state.note ?? valueText(rule, state)}${where}`;
  if (state.phase !== 'resolved' || state.firedAtMs === null) return `${sentence}.`;
  return `Over after ${duration(((state.resolvedAtMs ?? state.firedAtMs) - state.firedAtMs) / 1_000)}: ${sentence}.`;
}

function valueText(rule: Told, { group, value: known }: GroupState): string {
  const { condition } = rule;
  const { comparison, threshold } = limitOf(condition);
  const write = condition.kind === 'measure' && condition.stat === 'failure_rate' ? percent : number;
  const value = known === null ? 'an unknown number' : write(known);
  const within = `in ${duration(rule.windowSeconds)}`;
  const limit = `${comparison === 'above' ? 'more' : 'less'} than ${write(threshold)}`;
  switch (condition.kind) {
    case 'log_count':
      return `${value} ${records(condition)} ${within}, ${limit}`;
    case 'measure':
      return `${STAT_WORDS[condition.stat] ?? condition.stat} of ${condition.name} was ${value} ${within}, ${limit}`;
    case 'error_rate':
      return `${value} errors of group ${group === '' ? condition.fingerprint : group} ${within}, ${limit}`;
    case 'fraud_score':
      return `${value} fraud events with a score of at least ${condition.minScore} ${within}, ${limit}`;
    case 'cookie_bloat':
      return `${COOKIE_WORDS[condition.stat](value)}, ${limit}`;
    case 'anomaly':
      return `${condition.stat} of ${condition.name} is ${value} deviations from what is usual`;
    case 'silence':
      return `No ${records(condition)} ${within}`;
    default:
      return unreachable(condition);
  }
}

function records({ stream, query }: { stream: string; query: string }): string {
  return query.trim() === '' ? `records of ${stream}` : `records of ${stream} that match ${query.trim()}`;
}

/** Three figures that count; whole numbers from a thousand on. */
function number(value: number): string {
  const rounded = Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

function percent(share: number): string {
  return `${number(share * 100)} %`;
}

const UNITS = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** Its two largest units. */
function duration(seconds: number): string {
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [size, name] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    else if (parts.length > 0) break;
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' and ');
}

import type { Anomaly } from '../wire/operations.ts';
import { HOUR_MS } from './baseline.ts';
import type { Unit } from './stats.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const WORDS: Readonly<Record<string, string>> = {
  avg: 'average',
  min: 'minimum',
  max: 'maximum',
  failedShare: 'share of failures',
  poorShare: 'share of poor values',
};
/** How a value of these labels is spoken of; of the others the label is named. */
const PREPOSITIONS: Readonly<Record<string, string>> = {
  ...{ page: 'on', device: 'on', site: 'on', os: 'on', browser: 'in', country: 'in', release: 'in' },
  ...{ gateway: 'through', service: 'in' },
};

/** `p75 of LCP on mobile was 4.1 s at 14:00 UTC, usual is 2.3 to 2.9 s on a Thursday (6 weeks)`. `part`: how much of the hour is over. */
export function sentenceOf(anomaly: Omit<Anomaly, 'reason'>, unit: Unit, ownUnit: string, part: number): string {
  const { stream, name, stat, label, ts, value, low, high, basis, samples } = anomaly;
  const about = stream === 'errors' ? errorsNamed(name) : name;
  const where = label === null ? '' : ` ${PREPOSITIONS[label.name] ?? `with ${label.name}`} ${label.value}`;
  const clock = `${String(new Date(ts).getUTCHours()).padStart(2, '0')}:00 UTC`;
  const when = part < 1 ? `in the ${Math.floor((part * HOUR_MS) / 60_000)} minutes since ${clock}` : `at ${clock}`;
  const usual =
    basis === 'hour-of-week' ? `on a ${WEEKDAYS[new Date(ts).getUTCDay()]} (${samples} weeks)` : days(samples);
  const [was, from, to] = inOneUnit(unit, ownUnit, [value, low, high]);
  return `${WORDS[stat] ?? stat} of ${about}${where} was ${was} ${when}, usual is ${from} to ${to} ${usual}`;
}

function errorsNamed(name: string): string {
  return name === '(all)' ? 'all errors' : `error ${name}`;
}

function days(samples: number): string {
  return `at this hour (${samples} days)`;
}

/** The first and the last with their unit, the one between without. */
function inOneUnit(
  unit: Unit,
  ownUnit: string,
  [value, low, high]: [number, number, number],
): [string, string, string] {
  switch (unit) {
    case 'ms': {
      if (Math.max(value, high) < 1_000) return [`${whole(value)} ms`, whole(low), `${whole(high)} ms`];
      return [`${figures(value / 1_000)} s`, figures(low / 1_000), `${figures(high / 1_000)} s`];
    }
    case 'share':
      return [`${figures(value * 100)} %`, figures(low * 100), `${figures(high * 100)} %`];
    case 'count':
      return [whole(value), whole(low), whole(high)];
    case 'score':
      return [figures(value), figures(low), figures(high)];
    case 'own': {
      const behind = ownUnit === '' || ownUnit === '1' ? '' : ` ${ownUnit}`;
      return [`${figures(value)}${behind}`, figures(low), `${figures(high)}${behind}`];
    }
  }
}

function whole(value: number): string {
  return grouped(String(Math.round(value)));
}

/** Two that count; thousands are whole. */
function figures(value: number): string {
  return Math.abs(value) >= 100 ? whole(value) : String(Number(value.toPrecision(2)));
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

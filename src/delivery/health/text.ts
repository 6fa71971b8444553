import { MAX_RECENT_DEAD_LETTERS, type WebhookHealth } from '../../wire/delivery.ts';
import { bandOfDestination } from './bands.ts';

/** `?format=text`: four lines for a terminal, the same whatever the number of destinations. */
export function textOf(health: WebhookHealth): string {
  return [statusLine(health), breakerLine(health), callsLine(health), dnsLine(health)]
    .map((line) => `${line}\n`)
    .join('');
}

function statusLine({ status, band, destinations, unknown }: WebhookHealth): string {
  const troubled = destinations.filter((one) => bandOfDestination(one) !== 'healthy').map(({ name }) => name);
  const all = count(destinations.length + unknown.length, 'destination');
  const named = [...troubled, ...unknown.map((id) => `${id} (no answer)`)];
  return `status   ${status}, ${band}: ${all}${named.length === 0 ? '' : `, in trouble: ${some(named)}`}`;
}

function breakerLine({ breaker, breakerSinceMs, nextProbeAtMs, destinations, atMs }: WebhookHealth): string {
  if (breakerSinceMs === null) return 'breaker  none';
  const those = destinations.filter((one) => !one.disabled && one.breaker.state === breaker);
  const since = `${breaker} for ${lengthOf(atMs - breakerSinceMs)}`;
  const probe = nextProbeAtMs === null ? '' : `, next probe in ${lengthOf(Math.max(0, nextProbeAtMs - atMs))}`;
  return `breaker  ${since}${breaker === 'CLOSED' ? '' : `: ${some(those.map(({ name }) => name))}${probe}`}`;
}

function callsLine(health: WebhookHealth): string {
  const { failureRate, p50Ms, p95Ms, p99Ms, backlog, oldestQueuedAtMs, deadLetters, atMs } = health;
  const recent = health.recentDeadLetters;
  const isMore = health.destinations.some((one) => one.recentDeadLetters === MAX_RECENT_DEAD_LETTERS);
  const failed = failureRate === null ? 'none lately' : `${percent(failureRate)} of ${health.window.calls} failed`;
  const times = p95Ms === null ? '' : `, p50 ${ms(p50Ms)}, p95 ${ms(p95Ms)}, p99 ${ms(p99Ms)}`;
  const oldest = oldestQueuedAtMs === null ? '' : ` for up to ${lengthOf(atMs - oldestQueuedAtMs)}`;
  return `calls    ${failed}${times}; ${backlog} queued${oldest}, ${count(deadLetters, 'dead letter')}${recent === 0 ? '' : `, ${recent}${isMore ? ' or more' : ''} of the last hour`}`;
}

function dnsLine({ dns }: WebhookHealth): string {
  const { hits, misses, ratio, entries, failures } = dns;
  const known = ratio === null ? 'not asked in the last hour' : `${percent(ratio)} of ${hits + misses} checks known`;
  return `dns      ${known}, ${count(entries, 'name')}, ${count(failures, 'failure')}`;
}

/** A name is its owner's text: what moves the cursor or ends the line is not printed. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' '));
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(', ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function ms(value: number | null): string {
  return value === null ? '-' : `${Math.round(value)} ms`;
}

function lengthOf(lengthMs: number): string {
  const seconds = Math.round(lengthMs / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

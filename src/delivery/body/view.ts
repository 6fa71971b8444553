import type { DeliveryEvent } from '../../wire/delivery.ts';
import type { Json, JsonObject } from '../../wire/record.ts';
import { isForOnePerson } from './reaches-people.ts';

/** What the forms show of an event. Who makes events knows their shape; here each part may be missing. */
export interface EventView {
  /** `[FIRING] Checkout errors (3)`. */
  title: string;
  /** A line of each firing, or notice. */
  lines: string[];
  tone: Tone;
  url: string | null;
  /** Short facts, in their order. */
  facts: { name: string; value: string }[];
  /** ISO 8601. */
  timestamp: string;
}

export type Tone = 'resolved' | 'info' | 'warning' | 'critical';

export const COLOURS: Readonly<Record<Tone, number>> = {
  resolved: 0x2eb67d,
  info: 0x3b82f6,
  warning: 0xecb22e,
  critical: 0xe01e5a,
};

/** Of firings in a form that a person reads. */
const MAX_LINES = 20;

const TAGS: Readonly<Record<string, string>> = {
  'alert.firing': 'FIRING',
  'alert.repeated': 'STILL FIRING',
  'alert.resolved': 'RESOLVED',
  'destination.test': 'TEST',
};

export function viewEvent({ type, data, createdAtMs }: DeliveryEvent): EventView {
  const [rule, project] = [objectAt(data, 'rule'), objectAt(data, 'project')];
  const firings = objectsAt(data, 'firings');
  // What the deployment tells its operators (src/notices): the newest of `count`.
  const notices = objectsAt(data, 'notices');
  const subject = textAt(rule, 'name') || textAt(data, 'title') || type;
  const severity = textAt(rule, 'severity') || textAt(data, 'severity');
  const isOver = textAt(data, 'status') === 'resolved';
  const told = typeof data.count === 'number' ? data.count : firings.length;
  const count = told > 1 ? ` (${told})` : '';
  const facts = [
    ...[['Severity', severity] as const, ['Status', textAt(data, 'status')] as const],
    ...[['Project', textAt(project, 'name')] as const, ['Rule', textAt(rule, 'name')] as const],
  ];
  // Words that somebody wrote for an end user: nothing stands before or around them.
  const isWritten = isForOnePerson({ type });
  return {
    title: isWritten
      ? subject
      : `[${TAGS[type] ?? (notices.length > 0 ? severity.toUpperCase() : type)}] ${subject}${count}`,
    lines: isWritten ? [textAt(data, 'body')] : [...firings, ...notices].map((one) => lineOf(one, isOver)),
    tone: isOver ? 'resolved' : severity === 'critical' || severity === 'warning' ? severity : 'info',
    url: textAt(data, 'url') || null,
    facts: facts.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value })),
    timestamp: isoOf(createdAtMs),
  };
}

/** What a template sees: the data of the event, the event itself, and the sentences that the built-in forms are made of. */
export function templateView(event: DeliveryEvent): JsonObject {
  const { title, lines, tone, timestamp } = viewEvent(event);
  const { id, type, subject, data } = event;
  return { ...data, data, event: { id, type, subject, timestamp }, title, summary: lines.join('\n'), tone };
}

/** The first of them, and how many more there are. */
export function listed(lines: readonly string[]): string {
  const shown = lines.slice(0, MAX_LINES);
  const more = lines.length - shown.length;
  // Each on one line: a text with new lines could pass for several firings.
  const bullets = shown.map((line) => (lines.length > 1 ? `• ${oneLine(line)}` : line));
  return [...bullets, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

/** Times that no calendar has come of an event that was told wrong; the body must be made all the same. */
export function isoOf(atMs: number): string {
  return new Date(Math.abs(atMs) <= 8.64e15 ? atMs : 0).toISOString();
}

function lineOf(firing: JsonObject, isOver: boolean): string {
  const text = textAt(firing, 'summary') || textAt(firing, 'ruleName') || textAt(firing, 'id');
  // In one notice some may have ended while others fire.
  return !isOver && textAt(firing, 'state') === 'resolved' ? `Resolved: ${text}` : text;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectsAt(from: JsonObject, key: string): JsonObject[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function objectAt(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  return isObject(value) ? value : {};
}

function textAt(from: JsonObject, key: string): string {
  const value = from[key];
  return typeof value === 'string' ? value : '';
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}

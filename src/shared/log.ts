import { isSecretName, REDACTED, redact } from './redact.ts';

/** From the least to the most urgent. debug: for whoever looks for a fault. info: what happened. warn: something was made up for. error: something was not done. fatal: nothing works. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Scalar = string | number | boolean | null | undefined;
/** What a line may carry: nothing deeper, so that nobody logs a body, a request or a row by handing over the object that holds it. */
export type LogValue = Scalar | readonly Scalar[] | Readonly<Record<string, Scalar>>;
export type LogFields = Readonly<Record<string, LogValue>> & { ts?: never; level?: never; event?: never };

/** A line as it was written, secrets taken out. */
export interface LogLine {
  /** Unix ms; null before the configuration is read. */
  ts: number | null;
  level: LogLevel;
  event: string;
  fields: Readonly<Record<string, Written>>;
}
type WrittenScalar = string | number | boolean | null;
type Written = WrittenScalar | WrittenScalar[] | Record<string, WrittenScalar>;

/** Of one text: a stack with its causes has less. */
const MAX_TEXT_CHARS = 8_000;
/** Of a text that is looked through at all. What would be cut apart by it is cut away by the bound above. */
const MAX_REDACTED_CHARS = 32_000;
/** Of a list, and of the members of an object. */
const MAX_MEMBERS = 100;

interface Settings {
  level: LogLevel;
  /** The one clock (src/env.ts). */
  now: (() => number) | null;
}

let settings: Settings = { level: 'info', now: null };
let sink: ((line: LogLine) => void) | null = null;

let configured: LogLevel | null = null;

/** What the configuration says. The Worker and each class of object read their own copy of it: a level that is said again changes nothing. */
export function useLogConfig({ logLevel, now }: { logLevel: LogLevel; now: () => number }): void {
  configureLog(configured === logLevel ? { now } : { now, level: logLevel });
  configured = logLevel;
}

/** Of the isolate: a line has no context to ask. Answers what was before. */
export function configureLog(next: Partial<Settings>): Settings {
  const before = settings;
  settings = { ...settings, ...next };
  return before;
}

/** Hears of every line that is written, in its place. Must not throw. */
export function setLogSink(next: ((line: LogLine) => void) | null): void {
  sink = next;
}

/**
 * Writes one line of JSON, where its level is wanted: the only way to the console. `event` is a word of docs/logs.md. Never throws, and never writes a secret that
 * is known by its form, by its field's name, or as one of this deployment's own (redact.ts).
 */
export function log(level: LogLevel, event: string, fields: LogFields = {}): void {
  if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(settings.level)) return;
  const line: LogLine = { ts: settings.now?.() ?? null, level, event, fields: written(fields) };
  const rest = JSON.stringify(line.fields).slice(1);
  // Put together by hand: of a request the line is a good part of what it costs beside its stores.
  const head = `${line.ts === null ? '' : `"ts":${line.ts},`}"level":"${level}","event":${JSON.stringify(event)}`;
  write(level, `{${head}${rest === '}' ? '' : ','}${rest}`);
  sink?.(line);
}

function write(level: LogLevel, line: string): void {
  switch (level) {
    case 'debug':
      console.debug(line);
      return;
    case 'info':
      console.log(line);
      return;
    case 'warn':
      console.warn(line);
      return;
    case 'error':
    case 'fatal':
      console.error(line);
  }
}

function written(fields: LogFields): Record<string, Written> {
  const line: Record<string, Written> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    line[name] = isSecretName(name) ? REDACTED : writtenValue(value);
  }
  return line;
}

function writtenValue(value: Exclude<LogValue, undefined>): Written {
  if (Array.isArray(value)) return value.slice(0, MAX_MEMBERS).map(scalarOf);
  if (typeof value !== 'object' || value === null) return scalarOf(value);
  const members = Object.entries(value).slice(0, MAX_MEMBERS);
  return Object.fromEntries(members.map(([name, one]) => [name, isSecretName(name) ? REDACTED : scalarOf(one)]));
}

/** What the types do not let through comes as what it is of, and not with what it holds. */
function scalarOf(value: unknown): WrittenScalar {
  switch (typeof value) {
    case 'string':
      return textOf(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    default:
      return value === null || value === undefined ? null : `[${typeof value}]`;
  }
}

function textOf(text: string): string {
  const clean = redact(text.length > MAX_REDACTED_CHARS ? text.slice(0, MAX_REDACTED_CHARS) : text);
  return clean.length > MAX_TEXT_CHARS ? `${clean.slice(0, MAX_TEXT_CHARS).toWellFormed()}…` : clean;
}

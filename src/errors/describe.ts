import type { JsonObject, LogRecord } from '../wire/record.ts';
import { stableFileName } from './file-name.ts';
import { fingerprintOf } from './fingerprint.ts';
import { framesIn } from './frames.ts';
import { typeInMessage, withoutPrefix } from './message.ts';
import { own, textAt } from './read.ts';
import type { Frame } from './stack/frame.ts';
import { parseStack } from './stack/parse.ts';

export interface ErrorRecord {
  message: string;
  /** Of the envelope. */
  type: string | null;
  attrs: JsonObject;
}

export interface ErrorDescription {
  type: string;
  /** Of the first line; '' where there is none. */
  message: string;
  frames: Frame[];
  fingerprint: string;
  /** Function and file of the first frame of the application; null without one. */
  culprit: string | null;
}

/** Where senders put a stack, the first that is there counts; OpenTelemetry's names, and those of loggers that write an error as an object. */
const STACKS = [
  'stack',
  'stacktrace',
  'stackTrace',
  'exception.stacktrace',
  'error.stack',
  'err.stack',
  'exception.stack',
];
const TYPES = ['type', 'errorType', 'exception.type', 'error.type', 'error.name', 'err.type', 'err.name'];
/** Of an error its class, of anything else any name: alone it makes no error. */
const NAME = 'name';
const MESSAGES = ['message', 'exception.message', 'error.message', 'err.message', 'reason'];
const UNTYPED = 'Error';
/** `TypeError`, `java.lang.IllegalStateException`; not `checkout failed`. */
const CLASS = /^[A-Za-z_$][\w.$:]{0,127}$/;
const MAX_SHOWN_CHARS = 500;

/** What an error is, whatever its sender calls the parts of it. Null for a record that says nothing: neither message nor stack nor type. Pure. */
export function describeError({ message, type, attrs }: ErrorRecord): ErrorDescription | null {
  const stack = textAt(attrs, STACKS);
  const said = message.trim() === '' ? (textAt(attrs, MESSAGES) ?? '') : message;
  const typed = type ?? classAt(attrs, TYPES);
  if (said === '' && stack === null && typed === null && !Object.hasOwn(attrs, 'frames')) return null;
  // A stack begins with what was thrown; some senders send it as the message.
  const head = said === '' ? (headOf(stack) ?? '') : said;
  const kind = typed ?? classAt(attrs, [NAME]) ?? typeInMessage(head) ?? typeInMessage(headOf(stack) ?? '') ?? UNTYPED;
  const given = framesIn(own(attrs, 'frames'));
  const frames = given.length > 0 ? given : parseStack(stack ?? (said.includes('\n') ? said : ''));
  return {
    type: kind,
    message: shown(head),
    frames,
    fingerprint: fingerprintOf({ type: kind, message: head, frames, own: own(attrs, 'fingerprint') }),
    culprit: culpritOf(frames),
  };
}

function classAt(attrs: JsonObject, names: readonly string[]): string | null {
  return names.map((name) => textAt(attrs, [name])).find((text) => text !== null && CLASS.test(text)) ?? null;
}

/** The frames of a stored record: those it was given when it came in, or its stack's. */
export function framesOf({ message, type, attrs }: LogRecord): Frame[] {
  return describeError({ message, type: type ?? null, attrs })?.frames ?? [];
}

/** The first line of a stack, where it is no frame. */
function headOf(stack: string | null): string | null {
  const line = stack?.trimStart().split('\n', 1)[0]?.trim() ?? '';
  return line === '' || parseStack(line).length > 0 ? null : line;
}

function shown(message: string): string {
  const line = withoutPrefix(message.trim().slice(0, 2 * MAX_SHOWN_CHARS)).split('\n', 1)[0] ?? '';
  return line.trim().slice(0, MAX_SHOWN_CHARS).toWellFormed();
}

function culpritOf(frames: readonly Frame[]): string | null {
  const frame = frames.find(({ inApp }) => inApp);
  if (!frame) return null;
  const file = frame.file === null ? null : stableFileName(frame.file);
  if (frame.function === null) return file;
  return file === null ? frame.function : `${frame.function} (${file})`;
}

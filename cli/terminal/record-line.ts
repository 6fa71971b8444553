import type { Level, LogRecord } from '../../src/wire/record.ts';
import type { Output, Style } from './output.ts';
import { safeText } from './safe-text.ts';

const COLOR_OF: Readonly<Record<Level, Style>> = {
  ...{ trace: 'gray', debug: 'gray', info: 'cyan' },
  ...{ warn: 'yellow', error: 'red', fatal: ['bold', 'red'] },
};

/** A record on one line for people: time in the zone of this machine, level, service, message, attributes. */
export function recordLine(record: LogRecord, out: Output, showsStream: boolean): string {
  const { ts, level, service, message, stream } = record;
  const parts = [
    out.paint('dim', localTime(ts)),
    out.paint(COLOR_OF[level] ?? 'cyan', level.toUpperCase().padEnd(5)),
    ...(showsStream ? [out.paint('dim', stream)] : []),
    out.paint('bold', safeText(service)),
    safeText(message),
    out.paint('dim', details(record)),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function details({ attrs, traceId, userId, sessionId }: LogRecord): string {
  const all = {
    ...attrs,
    ...(traceId ? { traceId } : {}),
    ...(userId ? { userId } : {}),
    ...(sessionId ? { sessionId } : {}),
  };
  return Object.entries(all)
    .map(
      ([name, value]) =>
        `${safeText(name)}=${safeText(typeof value === 'string' ? quoted(value) : JSON.stringify(value))}`,
    )
    .join(' ');
}

/** As logfmt has it: quoted where it would not be one word. */
function quoted(text: string): string {
  return text === '' || /[\s="]/.test(text) ? JSON.stringify(text) : text;
}

/** With the zone, without which it would be read as UTC where somebody gives it back (`--from`). */
export function localTime(ts: number): string {
  const at = new Date(ts);
  const two = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
  const eastMinutes = -at.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(eastMinutes) / 60), Math.abs(eastMinutes) % 60];
  const zone = eastMinutes === 0 ? 'Z' : `${eastMinutes < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
  return `${day} ${time}${zone}`;
}

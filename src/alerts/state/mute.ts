import type { MuteWindow } from '../../wire/alerts.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** Making one costs a thousand times what using it does. A project has few time zones; more than these are made anew. */
const MAX_CLOCKS = 100;
const MINUTE_MS = 60_000;

interface Wall {
  day: number;
  minute: number;
}

/** `atMinute`: since the epoch, of which `wall` was asked last: a rule with many windows, and a preview, ask about the same minute again and again. */
interface Clock {
  format: Intl.DateTimeFormat;
  atMinute: number;
  wall: Wall;
}

const clocks = new Map<string, Clock>();

/** Whether one of the windows is open: by the clock on the wall there, so that its hours stay where they are when that is set to summer time. */
export function isMuted(windows: readonly MuteWindow[], nowMs: number): boolean {
  return windows.some((window) => {
    const { day, minute } = onTheWall(window.timeZone, nowMs);
    const { days, fromMinute, toMinute } = window;
    if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
    // It ends on the next day, at the same minute at the latest.
    return (days.includes(day) && minute >= fromMinute) || (days.includes((day + 6) % 7) && minute < toMinute);
  });
}

/** Whether the runtime knows the name. */
export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

function onTheWall(timeZone: string, nowMs: number): Wall {
  const clock = clockOf(timeZone);
  const atMinute = Math.floor(nowMs / MINUTE_MS);
  if (clock.atMinute === atMinute) return clock.wall;
  const parts = new Map(clock.format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  clock.atMinute = atMinute;
  clock.wall = {
    day: WEEKDAYS.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
  return clock.wall;
}

function clockOf(timeZone: string): Clock {
  const known = clocks.get(timeZone);
  if (known) return known;
  const form = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, ...form });
  const made = { format, atMinute: Number.NaN, wall: { day: 0, minute: 0 } };
  if (clocks.size >= MAX_CLOCKS) clocks.clear();
  clocks.set(timeZone, made);
  return made;
}

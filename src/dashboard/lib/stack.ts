import type { StackFrame } from '../../wire/error-groups.ts';

/** Frames of the application one by one, others that follow each other as one run. */
export type StackPart = { kind: 'own'; frame: StackFrame; first: boolean } | { kind: 'others'; frames: StackFrame[] };

export function stackParts(frames: readonly StackFrame[]): StackPart[] {
  const parts: StackPart[] = [];
  let own = 0;
  for (const frame of frames) {
    const last = parts[parts.length - 1];
    if (frame.inApp) parts.push({ kind: 'own', frame, first: own++ === 0 });
    else if (last?.kind === 'others') last.frames.push(frame);
    else parts.push({ kind: 'others', frames: [frame] });
  }
  return parts;
}

export function functionOf(frame: StackFrame): string {
  return frame.original?.function ?? frame.function ?? '(anonymous)';
}

/** `src/cart.ts:10:15`: where the source is known there, else in the file that ran. */
export function placeOf(frame: StackFrame): string {
  const { file, line, column } = frame.original ?? frame;
  return [file ?? '(unknown file)', ...(line === null ? [] : [line, ...(column === null ? [] : [column])])].join(':');
}

/** In the file that ran, for frames whose source is known. */
export function builtPlaceOf(frame: StackFrame): string | null {
  return frame.original === null ? null : placeOf({ ...frame, original: null });
}

/** As engines write it, to be pasted into a ticket. */
export function stackText(type: string, message: string, frames: readonly StackFrame[]): string {
  const head = [type, message].filter((text) => text !== '').join(': ');
  return [head, ...frames.map((frame) => `    at ${functionOf(frame)} (${placeOf(frame)})`)].join('\n');
}

/**
 * Files of the application whose source is not known, in the order of the stack: what source maps are missing for. Only those of pages: a service names
 * its files as they are.
 */
export function filesWithoutSource(frames: readonly StackFrame[]): string[] {
  const files = frames.filter(({ inApp, original }) => inApp && original === null).map(({ file }) => file);
  return [...new Set(files.filter((file): file is string => file !== null && /^https?:/.test(file)))];
}

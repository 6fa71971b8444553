import { signal } from '@preact/signals';
import type { ApiError } from '../api/http.ts';
import { sentence } from '../lib/errors.ts';

export interface Toast {
  id: number;
  tone: 'ok' | 'bad';
  text: string;
  undo: (() => void) | null;
}

/** Long enough to read and to reach undo; a failure stays until it is closed. */
const SHOWN_MS = 8_000;
let nextId = 1;

export const toasts = signal<readonly Toast[]>([]);

export function closeToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Of somebody who is not signed in any more: they name things, and their undo would be refused. */
export function clearToasts(): void {
  toasts.value = [];
}

export function say(text: string, undo: (() => void) | null = null): void {
  show({ id: nextId++, tone: 'ok', text, undo });
}

export function sayError(what: string, error: ApiError): void {
  if (error.kind === 'aborted') return;
  show({ id: nextId++, tone: 'bad', text: `${what}: ${sentence(error)}`, undo: null });
}

function show(toast: Toast): void {
  toasts.value = [...toasts.value.slice(-3), toast];
  if (toast.tone === 'ok') setTimeout(() => closeToast(toast.id), SHOWN_MS);
}

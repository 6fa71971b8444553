import { signal } from '@preact/signals';
import { recall, remember } from './storage.ts';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const stored = recall('theme');
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

/** Counts every change of the colours in force, including the system's own, for canvases that must be drawn again. */
export const paint = signal(0);

window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  paint.value++;
});

export function setTheme(next: Theme): void {
  theme.value = next;
  remember('theme', next === 'system' ? null : next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  paint.value++;
}

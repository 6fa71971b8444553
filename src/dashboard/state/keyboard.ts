import { signal } from '@preact/signals';

export interface Shortcut {
  /** `/`, `g l`, `mod+k`: what `KeyboardEvent.key` says, two keys of a sequence with a space between them. */
  keys: string;
  label: string;
  group: 'Everywhere' | 'Go to' | 'Lists' | 'Charts' | 'Live';
  run: () => void;
}

/** What this keyboard calls the key that `mod` stands for. */
export const MOD_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

export const shortcuts = signal<readonly Shortcut[]>([]);

/** Adds shortcuts while something is on screen; the newest wins. Returns the removal. */
export function registerShortcuts(added: readonly Shortcut[]): () => void {
  shortcuts.value = [...shortcuts.peek(), ...added];
  return () => {
    shortcuts.value = shortcuts.peek().filter((shortcut) => !added.includes(shortcut));
  };
}

const SEQUENCE_MS = 1_200;
let prefix = '';
let prefixAtMs = 0;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.ctrlKey || event.metaKey;
  if (!mod && isTyping(event.target)) return;
  // A modal dialog owns the keyboard, but for the palette's own key.
  if (!mod && document.querySelector('dialog:modal')) return;
  const key = mod ? `mod+${event.key.toLowerCase()}` : event.key;
  const sequence = event.timeStamp - prefixAtMs < SEQUENCE_MS && prefix !== '' ? `${prefix} ${key}` : null;
  prefix = '';
  const all = shortcuts.peek();
  const hit = all.findLast((s) => s.keys === sequence) ?? all.findLast((s) => s.keys === key);
  if (hit) {
    // Enter and space on a button press the button.
    if (key === 'Enter' && event.target instanceof Element && event.target.closest('button, a, summary')) return;
    event.preventDefault();
    hit.run();
  } else if (!mod && all.some((s) => s.keys.startsWith(`${key} `))) {
    prefix = key;
    prefixAtMs = event.timeStamp;
  }
});

/** The name that this page's storage, channels and locks have. */
export function keyOf(name: string): string {
  return `breakwater.${name}`;
}

/** Small choices of this browser. A browser that stores nothing only forgets them. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(keyOf(key));
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(keyOf(key));
    else localStorage.setItem(keyOf(key), value);
  } catch {
    // Storage is full or switched off: the choice lasts as long as the page.
  }
}

/** Small choices of this browser. A browser that stores nothing only forgets them. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`breakwater.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`breakwater.${key}`);
    else localStorage.setItem(`breakwater.${key}`, value);
  } catch {
    // Storage is full or switched off: the choice lasts as long as the page.
  }
}

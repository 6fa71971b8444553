/** What a page needs to send its vitals: the values are ours, but quoted as if they were not. */
export function scriptTag(origin: string, key: string): string {
  return `<script async src="${attribute(`${origin}/api/js/client.min.js`)}" data-key="${attribute(key)}"></script>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

/** The origin of an address as somebody types it; null where it is none. */
export function originOf(text: string): string | null {
  const typed = text.trim();
  // Some browsers take a blank for a part of a host.
  if (typed === '' || /\s/.test(typed)) return null;
  try {
    const url = new URL(typed.includes('://') ? typed : `https://${typed}`);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : null;
  } catch {
    return null;
  }
}

/** At most `maxChars` UTF-16 units, the last of them an ellipsis where something is missing. No character is cut in two. */
export function truncate(text: string, maxChars: number): string {
  return shorten(text, maxChars, (char) => char);
}

/**
 * The text in the spelling of its receiver, as much of it as has room: what is cut is a whole character with its escape. Control characters other than
 * new lines read as spaces, and half characters as `�`: receivers refuse them.
 */
export function shorten(text: string, maxChars: number, spell: (char: string) => string): string {
  let fitted = '';
  /** Up to where the ellipsis still has room behind it. */
  let shortened = '';
  for (const char of text.toWellFormed()) {
    const spelled = spell(char === '\n' ? char : char.replace(/\p{Cc}/u, ' '));
    if (fitted.length + spelled.length > maxChars) return maxChars < 1 ? '' : `${shortened}…`;
    fitted += spelled;
    if (fitted.length < maxChars) shortened = fitted;
  }
  return fitted;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => HTML[char] ?? char);
}

/** Slack reads `<!channel>` and `<url|text>` in every text (docs.slack.dev/messaging/formatting-message-text): no log line may call everybody. */
export function escapeMrkdwn(text: string): string {
  return text.replace(/[&<>]/g, (char) => HTML[char] ?? char);
}

/** What a template inserts into a message of Slack's, whatever helper it takes: `<!channel>` calls nobody, `<url|text>` is no link. `&` stays, for what is escaped already. */
export function withoutCalls(inserted: string): string {
  return inserted.replace(/[<>]/g, (char) => HTML[char] ?? char);
}

/** Discord reads Markdown with links that show another text than where they lead. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_~`|<>[\]()#@]/g, '\\$&');
}

/** What may stand as a link; null for anything else, which receivers refuse as a whole or show as something that it is not. */
export function linkOf(value: unknown, maxChars: number): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  // `|` and `>` end a link of Slack's.
  const link = href.replaceAll('|', '%7C').replaceAll('>', '%3E').replaceAll('<', '%3C');
  return /^https?:$/.test(protocol) && link.length <= maxChars ? link : null;
}

import type { DeliveryEvent } from '../../wire/delivery.ts';
import type { Json } from '../../wire/record.ts';
import { escapeMarkdown, linkOf, shorten } from './text.ts';
import { COLOURS, listed, viewEvent } from './view.ts';

/**
 * Discord refuses a message that is longer anywhere: content 2,000, title 256, description 4,096, name and value of a field 256 and 1,024, all texts
 * of all embeds together 6,000 (discord.com/developers/docs/resources/message#embed-object-embed-limits).
 */
const MAX_CONTENT_CHARS = 500;
const MAX_TITLE_CHARS = 256;
const MAX_DESCRIPTION_CHARS = 4_000;
const MAX_FACT_CHARS = 300;
const MAX_URL_CHARS = 2_048;

export function discordBody(event: DeliveryEvent): string {
  const { title, lines, tone, url, facts, timestamp } = viewEvent(event);
  const spell = (text: string, maxChars: number) => shorten(text, maxChars, escapeMarkdown);
  const link = linkOf(url, MAX_URL_CHARS);
  const embed = {
    title: spell(title, MAX_TITLE_CHARS),
    ...(link === null ? {} : { url: link }),
    description: spell(listed(lines), MAX_DESCRIPTION_CHARS),
    color: COLOURS[tone],
    // An empty value is refused.
    fields: facts.flatMap(({ name, value }) => {
      const shown = spell(value, MAX_FACT_CHARS);
      return shown.trim() === '' ? [] : { name, value: shown, inline: true };
    }),
    footer: { text: 'Breakwater' },
    timestamp,
  };
  return withoutMentions(JSON.stringify({ content: spell(title, MAX_CONTENT_CHARS), embeds: [embed] }));
}

/** Nobody is called by what a log line says; a template that wants to call somebody says whom it may. */
export function withoutMentions(body: string): string {
  const message: Json = JSON.parse(body);
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return body;
  return JSON.stringify({ allowed_mentions: { parse: [] }, ...message });
}

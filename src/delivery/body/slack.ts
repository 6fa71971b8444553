import type { DeliveryEvent } from '../../wire/delivery.ts';
import { escapeMrkdwn, linkOf, shorten } from './text.ts';
import { COLOURS, listed, viewEvent } from './view.ts';

/**
 * Messages may have 40,000 characters and an attachment is folded after 700 (docs.slack.dev/reference/methods/chat.postMessage,
 * docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments). Attachments and not blocks: Mattermost, Rocket.Chat and others that take
 * Slack's messages know no blocks, and only attachments have a colour.
 */
const MAX_TITLE_CHARS = 300;
const MAX_TEXT_CHARS = 3_000;
const MAX_FACT_CHARS = 300;
const MAX_URL_CHARS = 3_000;

export function slackBody(event: DeliveryEvent): string {
  const { title, lines, tone, url, facts } = viewEvent(event);
  const spell = (text: string, maxChars: number) => shorten(text, maxChars, escapeMrkdwn);
  const heading = spell(title, MAX_TITLE_CHARS);
  const link = linkOf(url, MAX_URL_CHARS);
  const attachment = {
    color: `#${COLOURS[tone].toString(16).padStart(6, '0')}`,
    fallback: heading,
    ...(link === null ? {} : { title: 'Open in Breakwater', title_link: link }),
    text: spell(listed(lines), MAX_TEXT_CHARS),
    fields: facts.map(({ name, value }) => ({ title: name, value: spell(value, MAX_FACT_CHARS), short: true })),
    footer: 'Breakwater',
    // Seconds, as Slack has it.
    ts: Math.floor(event.createdAtMs / 1000) || 0,
  };
  return JSON.stringify({ text: heading, attachments: [attachment] });
}

import { err, ok, type Result } from '../../shared/result.ts';
import type { DeliveryEvent, DestinationKind } from '../../wire/delivery.ts';
import { discordBody, withoutMentions } from './discord.ts';
import { isForOnePerson, reachesPeople } from './reaches-people.ts';
import { slackBody } from './slack.ts';
import { renderTemplate } from './template/render.ts';
import { withoutCalls } from './text.ts';
import { type BodyForm, MAX_BODY_CHARS, type RenderedBody, type TemplateFailure } from './types.ts';
import { templateView } from './view.ts';
import { webhookBody } from './webhook.ts';

const CONTENT_TYPE = 'application/json';

/**
 * What is sent of an event: always JSON. Error: template_failed, with the place in the template; without one where an e-mail destination has no
 * template, where words for one person would go to a chat channel, or what an event says is longer than any receiver reads.
 */
export function renderBody(form: BodyForm, event: DeliveryEvent): Result<RenderedBody, TemplateFailure> {
  // Also one that was made into a chat channel while it waited.
  if (isForOnePerson(event) && !reachesPeople(form.kind))
    return failed('what is for one person is not posted into a chat channel');
  if (form.template !== null) {
    const rendered = renderTemplate(
      form.template,
      templateView(event),
      form.kind === 'slack' ? withoutCalls : undefined,
    );
    if (!rendered.ok) return err({ kind: 'template_failed', ...rendered.error });
    const body = form.kind === 'discord' ? withoutMentions(rendered.value) : rendered.value;
    return ok({ body, contentType: CONTENT_TYPE });
  }
  const body = builtIn(form.kind, event);
  if (body === null) return failed('an e-mail destination needs a template, which says from whom and to whom');
  if (body.length > MAX_BODY_CHARS) return failed(`the body is longer than ${MAX_BODY_CHARS} characters`);
  return ok({ body, contentType: CONTENT_TYPE });
}

function builtIn(kind: DestinationKind, event: DeliveryEvent): string | null {
  switch (kind) {
    case 'webhook':
      return webhookBody(event);
    case 'slack':
      return slackBody(event);
    case 'discord':
      return discordBody(event);
    case 'email':
      return null;
  }
}

function failed(reason: string): Result<never, TemplateFailure> {
  return err({ kind: 'template_failed', reason, position: null });
}

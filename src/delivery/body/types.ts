import type { DestinationConfig } from '../calls.ts';

/** What a body is made by. */
export type BodyForm = Pick<DestinationConfig, 'kind' | 'template'>;

export interface RenderedBody {
  body: string;
  contentType: string;
}

export interface TemplateFailure {
  kind: 'template_failed';
  /** A sentence; it quotes nothing of the event. */
  reason: string;
  /** Characters of the template before what is wrong; null where no place in it is. */
  position: number | null;
}

/** An alert can have a hundred firings of a few hundred bytes; Slack and Discord take less, and their forms stay far below. */
export const MAX_BODY_CHARS = 256 * 1024;

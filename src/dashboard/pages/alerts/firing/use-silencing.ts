import { useState } from 'preact/hooks';
import type { Silence } from '../../../../wire/alerts.ts';
import { createSilence, endSilence, isStored, listSilences, type SilenceInput } from '../../../api/alerts.ts';
import type { Answer } from '../../../api/http.ts';
import type { List } from '../../../api/types.ts';
import { dateTime } from '../../../lib/format.ts';
import { say, sayError } from '../../../state/toasts.ts';
import { type Resource, useResource } from '../../../state/use-resource.ts';

export interface Silencing {
  silences: Resource<List<Silence>>;
  /** What the dialog for one begins with; null while there is no dialog. */
  draft: SilenceInput | null;
  setDraft: (draft: SilenceInput | null) => void;
  add: (silence: SilenceInput) => Promise<Answer<Silence>>;
  end: (silence: Silence) => Promise<void>;
}

/** The silences of a project, made and ended with a way back. `onChange` after each: what is told has changed with it. */
export function useSilencing(project: string, onChange: () => void): Silencing {
  const silences = useResource(project, (signal) => listSilences(project, signal));
  const [draft, setDraft] = useState<SilenceInput | null>(null);
  const again = () => {
    silences.reload();
    onChange();
  };
  const takeBack = async (id: string) => {
    const answer = await endSilence(project, id);
    if (!answer.ok) sayError('The silence was not ended', answer.error);
    again();
  };
  const add = async (silence: SilenceInput) => {
    const answer = await createSilence(project, silence);
    if (answer.ok) {
      const { id, untilMs } = answer.value;
      say(`Silenced until ${dateTime(untilMs)}`, () => void takeBack(id));
    }
    if (answer.ok || isStored(answer.error)) again();
    return answer;
  };
  const bringBack = async ({ matchers, untilMs, comment }: Silence) => {
    const answer = await createSilence(project, { matchers, untilMs, ...(comment === null ? {} : { comment }) });
    if (!answer.ok) sayError('The silence was not brought back', answer.error);
    again();
  };
  const end = async (silence: Silence) => {
    const answer = await endSilence(project, silence.id);
    if (answer.ok) say('The silence has ended', () => void bringBack(silence));
    else sayError('The silence was not ended', answer.error);
    again();
  };
  return { silences, draft, setDraft, add, end };
}

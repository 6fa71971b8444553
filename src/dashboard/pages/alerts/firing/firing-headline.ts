import type { Firing } from '../../../../wire/alerts.ts';
import type { ListedRule } from '../../../api/alerts.ts';
import { duration, plural } from '../../../lib/format.ts';
import type { Headline } from '../../../lib/headline.ts';
import { SEVERITY_WORDS, WORST_FIRST } from '../words.ts';

const NAMED = 3;

interface Known {
  rows: readonly Firing[];
  hasMore: boolean;
  /** Null while they load. */
  rules: readonly ListedRule[] | null;
}

/** What is wrong, since when and for whom, in one sentence and a line below it. */
export function headlineOf({ rows, hasMore, rules }: Known, nowMs: number): Headline {
  const firing = rows.filter(({ state }) => state === 'firing');
  const pending = rows.filter(({ state }) => state === 'pending');
  const about = [quietWords(firing), pendingWords(pending)];
  const detail = sentences(...about, watchWords(rules));
  const [first] = firing;
  if (first === undefined) {
    if (pending.length > 0)
      return { tone: 'warn', text: `Nothing fires yet, ${plural(pending.length, 'alert')} may`, detail };
    const unknown =
      rules?.some(({ enabled, status }) => enabled && status !== null && status.problem !== null) ?? false;
    return { tone: unknown ? 'warn' : 'ok', text: 'Nothing fires', detail };
  }
  const longestMs = nowMs - Math.min(...firing.map(({ pendingSinceMs }) => pendingSinceMs));
  const tone = first.severity === 'critical' ? 'bad' : first.severity === 'warning' ? 'warn' : 'info';
  if (firing.length === 1) {
    const whom = first.group === '' ? '' : ` for ${shortened(first.group)}`;
    return { tone, text: `${shortened(first.ruleName)} fires${whom}; it began ${duration(longestMs)} ago`, detail };
  }
  const kinds = WORST_FIRST.flatMap((severity) => {
    const count = firing.filter((row) => row.severity === severity).length;
    return count === 0 ? [] : [`${count} ${SEVERITY_WORDS[severity].toLowerCase()}`];
  });
  const count = `${firing.length}${hasMore ? ' or more' : ''}`;
  const text = `${count} alerts fire: ${kinds.join(', ')}; the longest for ${duration(longestMs)}`;
  return { tone, text, detail: sentences(...about, namesOf(firing), watchWords(rules)) };
}

function sentences(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** Of the worst. */
function namesOf(firing: readonly Firing[]): string {
  const names = [...new Set(firing.map(({ ruleName }) => shortened(ruleName)))];
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${plural(more, 'rule')} more` : ''}.`;
}

function quietWords(firing: readonly Firing[]): string {
  const quiet = firing.filter((row) => row.quiet !== null).length;
  return quiet === 0 ? '' : `${quiet === 1 ? '1 is' : `${quiet} are`} not told.`;
}

function pendingWords(pending: readonly Firing[]): string {
  return pending.length === 0 ? '' : `${pending.length} pending.`;
}

function watchWords(rules: readonly ListedRule[] | null): string {
  if (rules === null) return '';
  const on = rules.filter(({ enabled }) => enabled).length;
  const unknown = rules.filter(({ enabled, status }) => enabled && status !== null && status.problem !== null).length;
  const watch = on === 0 ? 'No rule is on.' : `${plural(on, 'rule')} ${on === 1 ? 'watches' : 'watch'}.`;
  return unknown === 0 ? watch : `${watch} ${unknown === 1 ? '1 knows' : `${unknown} know`} nothing now.`;
}

const NAME_CHARS = 40;

function shortened(text: string): string {
  return text.length > NAME_CHARS ? `${text.slice(0, NAME_CHARS - 1)}…` : text;
}

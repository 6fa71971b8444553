import type { Headline } from '../lib/headline.ts';
import { Icon } from './icon.tsx';

const ICONS = { ok: 'check', warn: 'warn', bad: 'bad', info: 'info' } as const;

interface HeadlineTextProps {
  headline: Headline | null;
  waiting: string;
  /** Older than what was asked for. */
  stale?: boolean;
  /** The page has its name as a heading above it. */
  second?: boolean;
}

/** The answer of a page in one sentence, with what it rests on. Its place is kept while it is not known: `waiting` stands there. */
export function HeadlineText({ headline, waiting, stale = false, second = false }: HeadlineTextProps) {
  const Heading = second ? 'h2' : 'h1';
  return (
    <header class={`headline headline-${headline?.tone ?? 'info'}${stale ? ' is-stale' : ''}`}>
      {headline ? <Icon name={ICONS[headline.tone]} /> : null}
      <div>
        <Heading>{headline ? <bdi>{headline.text}</bdi> : waiting}</Heading>
        <p>{headline?.detail ?? '\u00a0'}</p>
      </div>
    </header>
  );
}

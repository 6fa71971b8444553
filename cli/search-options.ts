import { LEVELS, STREAMS } from '../src/wire/record.ts';
import type { Input } from './args.ts';
import type { Option } from './command.ts';

/** What a command takes whose arguments are a search. */
export const SEARCH = '[search]';
export const DASH_NOTE =
  "A search may begin with a dash ('-level:info'); a lone word that is left out stands behind two: -- -timeout.";

/** What `tail` and `query` have in common: what is looked for. */
export const SEARCH_OPTIONS: Readonly<Record<string, Option>> = {
  level: { value: '<level>', choices: LEVELS, help: 'this severe or more' },
  service: { value: '<name>', help: 'of one service' },
  stream: { value: '<stream>', choices: [...STREAMS, 'all'], help: 'of one stream, or of all (logs)' },
};

/** The search (docs/search.md) that the arguments and flags ask for; '' for everything. */
export function searchText(input: Input): string {
  const [level, service] = [input.text('level'), input.text('service')];
  const given = input.arguments.join(' ').trim();
  const flags = [
    ...(level === null ? [] : [`level:>=${level}`]),
    ...(service === null ? [] : [`service:${JSON.stringify(service)}`]),
  ];
  // In parentheses, because what a person wrote may hold an OR.
  return [...(given === '' ? [] : [flags.length > 0 ? `(${given})` : given]), ...flags].join(' AND ');
}

export function streamOf(input: Input): string | null {
  const stream = input.text('stream') ?? 'logs';
  return stream === 'all' ? null : stream;
}

import { STREAMS } from '../../src/wire/record.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { usageError } from '../exit.ts';
import { allPages } from '../pages.ts';

interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  origins: string[] | null;
  quota: { recordsPerDay: number } | null;
  prefix: string;
  createdAtMs: number;
  revokedAtMs: number | null;
}
type NewKey = ApiKey & { key: string };

const keysOf = (client: Client) => `/api/projects/${encodeURIComponent(client.projectId)}/keys`;
const NEEDS_ADMIN = 'Needs a key with the scope admin.';

const list: Command = {
  name: 'keys list',
  summary: 'Lists the keys of the project',
  options: { all: { help: 'also those that have ended' } },
  notes: NEEDS_ADMIN,
  async run({ input, out, client }) {
    const target = client();
    const all = await allPages<ApiKey>(target, keysOf(target));
    const nowMs = Date.now();
    const ended = ({ revokedAtMs }: ApiKey) => revokedAtMs !== null && revokedAtMs <= nowMs;
    const items = input.has('all') ? all : all.filter((key) => !ended(key));
    if (out.json) await out.data({ items });
    else
      await out.table(
        ['ID', 'NAME', 'SCOPES', 'MADE', 'STATE'],
        items.map((key) => [
          ...[key.id, key.name, key.scopes.join(','), new Date(key.createdAtMs).toISOString().slice(0, 10)],
          ended(key) ? 'ended' : `${key.origins === null ? '' : `browser: ${key.origins.join(' ')} `}in use`,
        ]),
      );
    return undefined;
  },
};

const create: Command = {
  name: 'keys create',
  summary: 'Makes a key, whose text is shown this once',
  takes: '<name>',
  least: 1,
  options: {
    scope: {
      value: '<scope>',
      multiple: true,
      choices: ['ingest', ...STREAMS.map((stream) => `ingest:${stream}`), 'query', 'admin'],
      help: 'what it may do',
    },
    origin: { value: '<origin>', multiple: true, help: 'makes it a browser key, which takes records of these pages' },
    'records-per-day': { value: '<n>', help: 'its quota' },
  },
  notes: `${NEEDS_ADMIN} The key alone is on the standard output.`,
  examples: [
    'breakwater keys create shipper --scope ingest',
    'breakwater keys create shop --scope ingest --origin https://shop.example',
    'breakwater keys create ci --scope query --json | jq -r .key',
  ],
  async run({ input, out, client }) {
    const [name = ''] = input.arguments;
    const scopes = input.list('scope');
    if (scopes.length === 0) throw usageError('Name what the key may do with --scope.', 'Such as --scope ingest.');
    const origins = input.list('origin');
    const recordsPerDay = input.wholeNumber('records-per-day', 1, Number.MAX_SAFE_INTEGER);
    const target = client();
    const made = await target.change<NewKey>('POST', keysOf(target), {
      body: {
        ...{ name, scopes },
        ...(origins.length > 0 ? { origins } : {}),
        ...(recordsPerDay === null ? {} : { quota: { recordsPerDay } }),
      },
    });
    await tellKey(out, made);
    return undefined;
  },
};

const rotate: Command = {
  name: 'keys rotate',
  summary: 'Makes a key in place of another, which ends',
  takes: '<id>',
  least: 1,
  options: { grace: { value: '<span>', help: 'how long the old one is still taken (0s), at most 1d' } },
  notes: NEEDS_ADMIN,
  examples: ['breakwater keys rotate key_… --grace 1h'],
  async run({ input, out, client }) {
    const target = client();
    const graceSeconds = Math.round((input.spanMs('grace') ?? 0) / 1_000);
    const path = `${keysOf(target)}/${encodeURIComponent(input.arguments[0] ?? '')}/rotate`;
    await tellKey(out, await target.change<NewKey>('POST', path, { body: { graceSeconds } }));
    return undefined;
  },
};

const revoke: Command = {
  name: 'keys revoke',
  summary: 'Ends a key, before the command returns',
  takes: '<id>',
  least: 1,
  notes: NEEDS_ADMIN,
  async run({ input, out, client }) {
    const target = client();
    const [id = ''] = input.arguments;
    await target.change('DELETE', `${keysOf(target)}/${encodeURIComponent(id)}`);
    if (out.json) await out.data({ id, revoked: true });
    else await out.line(`${id} has ended.`);
    return undefined;
  },
};

async function tellKey(out: Parameters<Command['run']>[0]['out'], made: NewKey): Promise<void> {
  if (out.json) return out.data(made);
  out.note(`${made.id}: ${made.scopes.join(', ')}. This is the only time that the key is shown:`);
  await out.line(made.key);
}

export const keyCommands: readonly Command[] = [list, create, rotate, revoke];

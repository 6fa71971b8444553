import { DELIVERY_STATES, type Delivery } from '../../src/wire/delivery.ts';
import type { Command } from '../command.ts';
import { usageError } from '../exit.ts';
import { allPages } from '../pages.ts';

const list: Command = {
  name: 'deliveries list',
  summary: 'Lists deliveries to webhooks, the newest first',
  options: {
    destination: { value: '<id>', help: 'of one destination' },
    state: { value: '<state>', choices: DELIVERY_STATES, help: 'in this state; dead ones wait for a replay' },
    from: { value: '<time>', help: 'made from then on' },
    to: { value: '<time>', help: 'made before then' },
    limit: { value: '<n>', help: 'so many at most (50)' },
  },
  notes: 'Needs a key with the scope query.',
  async run({ input, out, client }) {
    const target = client();
    const nowMs = Date.now();
    const most = input.wholeNumber('limit', 1, 100_000) ?? 50;
    const query = {
      ...{ project: target.projectId, destination: input.text('destination'), state: input.text('state') },
      ...{ from: input.moment('from', nowMs), to: input.moment('to', nowMs), limit: Math.min(most, 200) },
    };
    const items = await allPages<Delivery>(target, '/api/deliveries', query, most);
    if (out.json) await out.data({ items });
    else
      await out.table(
        ['ID', 'MADE', 'TYPE', 'STATE', 'TRIES', 'LAST'],
        items.map((one) => [
          ...[one.id, new Date(one.createdAtMs).toISOString(), one.type, one.state, String(one.attempts)],
          one.reason ?? String(one.lastStatus ?? one.lastOutcome ?? ''),
        ]),
      );
    return undefined;
  },
};

const replay: Command = {
  name: 'deliveries replay',
  summary: 'Queues deliveries again: by their ids, or the dead letters of a destination',
  takes: '[delivery]…',
  most: 1_000,
  options: {
    destination: { value: '<id>', help: 'the dead letters of this destination' },
    all: { help: 'with --destination: all of them' },
    from: { value: '<time>', help: 'with --destination: those made from then on' },
    to: { value: '<time>', help: 'with --destination: those made before then' },
  },
  notes: 'Each has the id that it had, by which a receiver knows what it has seen. Needs a key with the scope admin.',
  examples: [
    'breakwater deliveries replay dst_…-evt_…',
    'breakwater deliveries replay --destination dst_… --from 2h --to now',
  ],
  async run({ input, out, client }) {
    const target = client();
    const destinationId = input.text('destination');
    const nowMs = Date.now();
    const [from, to] = [input.moment('from', nowMs), input.moment('to', nowMs)];
    const ids = input.arguments;
    if ((destinationId === null) === (ids.length === 0))
      throw usageError('Name deliveries by their ids, or a destination with --destination.');
    if (destinationId !== null && input.has('all') === (from !== null || to !== null))
      throw usageError('With --destination say which: --all, or --from and --to.');
    const query = { project: target.projectId };
    let deliveries = 0;
    if (destinationId !== null) {
      const which = input.has('all') ? { all: true } : { from: from ?? 0, to: to ?? nowMs };
      const options = { query, body: { destinationId, ...which } };
      ({ deliveries } = await target.change<{ deliveries: number }>('POST', '/api/deliveries/replay', options));
    }
    for (const id of ids) {
      const path = `/api/deliveries/${encodeURIComponent(id)}/replay`;
      deliveries += (await target.change<{ deliveries: number }>('POST', path, { query })).deliveries;
    }
    if (out.json) await out.data({ deliveries });
    else await out.line(`${deliveries} queued again.`);
    return undefined;
  },
};

export const deliveryCommands: readonly Command[] = [list, replay];

/** The Destination object alone, behind two routes: what feeds it in the product is measured apart (rules), and would limit how fast it can be fed. */
import type { DestinationConfig } from '../../src/delivery/calls.ts';
import { destinationOf } from '../../src/delivery/index.ts';
import { type Env, parseConfig } from '../../src/env.ts';
import { encryptAtRest } from '../../src/shared/at-rest.ts';
import type { DeliveryEvent } from '../../src/wire/delivery.ts';

export { Destination } from '../../durable-objects/destination/destination.ts';

export type BenchCall =
  | { call: 'configure'; config: Omit<DestinationConfig, 'secrets'> }
  | { call: 'enqueue'; events: { destinationId: string; event: DeliveryEvent }[] }
  | { call: 'health'; destinationId: string };

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const asked = (await request.json()) as BenchCall;
    switch (asked.call) {
      case 'configure': {
        const { destinationId } = asked.config;
        const key = new Uint8Array(32).fill(7);
        const stored = encryptAtRest(parseConfig(env), `destination secret ${destinationId}`, key);
        const secrets = [{ id: 'sec_1', kind: 'v1' as const, stored, expiresAtMs: null }];
        await destinationOf(env, destinationId).configure({ ...asked.config, secrets });
        return Response.json({});
      }
      case 'enqueue':
        return Response.json(
          await Promise.all(
            asked.events.map(({ destinationId, event }) => destinationOf(env, destinationId).enqueue([event])),
          ),
        );
      case 'health':
        return Response.json(await destinationOf(env, asked.destinationId).health());
    }
  },
};

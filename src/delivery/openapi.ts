import { describe, oneOf, page, text, time, type Whole } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { Pulse } from '../wire/alerts.ts';
import {
  type Attempt,
  type BreakerTransition,
  DELIVERY_STATES,
  type DeliveryDetail,
  type DeliveryEvent,
  type Destination,
  type DestinationHealth,
  type DestinationWithSecret,
  type WebhookHealth,
} from '../wire/delivery.ts';
import type { RenderedBody } from './body/types.ts';
import {
  changeDestinationSchema,
  createDestinationSchema,
  rotateSecretSchema,
} from './destinations/definition/schema.ts';
import { breakerSchema } from './destinations/routes.ts';
import { previewSchema } from './destinations/verbs/preview.ts';
import type { DeliveryList } from './log/list-deliveries.ts';
import { nothing } from './log/log-routes.ts';
import { replaySchema } from './log/replay.ts';

export interface PreviewedBody extends RenderedBody {
  event: DeliveryEvent;
}

export interface Replayed {
  /** That are queued again. */
  deliveries: number;
}

export interface DeliveryAnswers {
  'GET /api/destinations': Page<Destination>;
  'POST /api/destinations': DestinationWithSecret;
  'POST /api/destinations/preview': PreviewedBody;
  'GET /api/destinations/:id': Destination;
  'PUT /api/destinations/:id': Destination;
  'POST /api/destinations/:id/secrets': DestinationWithSecret;
  'POST /api/destinations/:id/test': Attempt;
  'POST /api/destinations/:id/breaker': DestinationHealth['breaker'];
  'GET /api/destinations/:id/transitions': Whole<BreakerTransition>;
  'GET /api/deliveries': DeliveryList;
  'POST /api/deliveries/replay': Replayed;
  'GET /api/deliveries/:id': DeliveryDetail;
  'POST /api/deliveries/:id/replay': Replayed;
  'GET /api/health/webhook': WebhookHealth;
  'GET /api/health/pulse': Pulse;
}

const CHANGE = 'destination_changed destination_pending';

export default describe<DeliveryAnswers>('Destinations and deliveries', {
  'GET /api/destinations': { summary: 'Destinations', access: 'read', query: page() },
  'POST /api/destinations': {
    summary: 'Make a destination',
    more: '`secret` is shown this once.',
    ...{ access: 'admin', proof: true, body: createDestinationSchema, status: 201 },
    example: { name: 'on call', url: 'https://receiver.example/' },
    codes: 'too_many_destinations',
  },
  'POST /api/destinations/preview': {
    ...{ summary: 'What would be sent', more: 'Nothing is.', access: 'read', body: previewSchema },
    ...{ example: { kind: 'webhook' }, codes: 'template_failed' },
  },
  'GET /api/destinations/:id': { summary: 'One destination', access: 'read' },
  'PUT /api/destinations/:id': {
    summary: 'Change a destination',
    more: 'Changes what is named. Another URL, other headers or another template of a mail need a proof of the last 30 minutes.',
    ...{ access: 'admin', body: changeDestinationSchema, example: { version: 1, name: 'on call' } },
    codes: `${CHANGE} step_up_required`,
  },
  'DELETE /api/destinations/:id': {
    ...{ summary: 'Delete a destination, with its queue and its log', access: 'admin', codes: CHANGE },
  },
  'POST /api/destinations/:id/secrets': {
    summary: 'A new secret',
    more: 'The one before signs beside it until the overlap is over. `secret` is shown this once.',
    ...{ access: 'admin', proof: true, body: rotateSecretSchema, status: 201, example: { kind: 'v1' } },
    codes: CHANGE,
  },
  'POST /api/destinations/:id/test': {
    ...{ summary: 'Send a test, past queue and breaker', access: 'write', body: nothing },
    codes: 'destination_pending destination_away',
  },
  'POST /api/destinations/:id/breaker': {
    ...{ summary: 'Open, close or isolate the breaker', access: 'write', body: breakerSchema },
    ...{ example: { action: 'open' }, codes: 'destination_away' },
  },
  'GET /api/destinations/:id/transitions': {
    ...{ summary: 'The newest 100 changes of the breaker', access: 'read', codes: 'destination_away' },
  },
  'GET /api/deliveries': {
    summary: 'Deliveries, newest first',
    access: 'read',
    query: {
      destination: text('Only of this one.'),
      state: oneOf(DELIVERY_STATES, 'Only those.'),
      from: time('Made from this on.'),
      to: time('Made before this.'),
      ...page(200, 50),
    },
    codes: 'destination_away',
  },
  'POST /api/deliveries/replay': {
    ...{ summary: 'Queue dead letters of a destination again', access: 'write', body: replaySchema },
    ...{ example: { destinationId: 'dst_1', all: true }, codes: 'destination_away not_found' },
  },
  'GET /api/deliveries/:id': {
    ...{ summary: 'A delivery with its newest 20 attempts', access: 'read', codes: 'destination_away' },
  },
  'POST /api/deliveries/:id/replay': {
    ...{ summary: 'Queue a delivery again', access: 'write', body: nothing, codes: 'destination_away' },
  },
  'GET /api/health/webhook': {
    summary: 'How destinations are',
    more: '503 with the same body where `status` is `degraded`. Header `X-Webhook-Health-Status`.',
    access: 'own-projects',
    query: {
      project: text('Of this one; of all that the caller may read unless said.'),
      format: oneOf(['json', 'text'], '`text` is four lines for a terminal.'),
    },
    ...{ status: [200, 503], media: ['text/plain'] },
    codes: 'not_found project_disabled',
  },
  'GET /api/health/pulse': {
    ...{ summary: 'What the top bar of the dashboard shows', access: 'read', codes: 'pulse_unknown invalid_input' },
  },
});

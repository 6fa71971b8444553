import { describe, text } from '../shared/describe.ts';

export default describe<unknown>('Live', {
  'GET /ws/telemetry': {
    summary: 'A WebSocket of live records',
    more: 'Subprotocol `dashboard-v1.3+telemetry`; frames are in docs/api.md. A key comes as `Authorization` or as a second subprotocol `bearer.<key>`.',
    access: 'socket',
    query: {
      client: text('1 to 64 of `A-Z a-z 0-9 _ . -`: names the client for presence.'),
      acks: text('`gathered`: one ACK for frames that were written together.'),
    },
    empty: [101],
    codes:
      'upgrade_required subprotocol_required cross_site_request origin_refused invalid_input too_many_sockets scope_missing',
  },
});

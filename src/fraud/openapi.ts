import { count, describe, oneOf, required, text, time, type Whole } from '../shared/describe.ts';
import {
  type AccountGraph,
  DECISIONS,
  type FraudEvent,
  type FraudSummary,
  REFERENCE_TYPES,
  type Reference,
  type ReviewedEvent,
  RULE_NAMES,
  type SharedReference,
} from '../wire/fraud.ts';
import type { EventDecision, Listed, Recorded, RegisteredReference } from './calls.ts';
import { eventSchema, loginSchema, lookupSchema, registerSchema, revokeSchema } from './input.ts';

export interface FraudLogin {
  userId: string;
  /** Public: it opens nothing. */
  sessionId: string;
  sessionExpiresAt: number;
  /** The user was seen on the device before. */
  deviceKnown: boolean;
}

export interface DecidedEvent extends EventDecision {
  recorded: Recorded;
}

export interface FraudRegistration {
  userId: string;
  references: RegisteredReference[];
  linkedAccounts: number;
}

export interface FraudRevocation {
  userId: string;
  sessionsRevoked: number;
}

export interface FraudAnswers {
  'POST /api/fraud/login': FraudLogin;
  'POST /api/fraud/event': DecidedEvent;
  'POST /api/fraud/register': FraudRegistration;
  'POST /api/fraud/revoke': FraudRevocation;
  'GET /api/fraud/events': Listed<FraudEvent>;
  'GET /api/fraud/events/:eventId': ReviewedEvent;
  'GET /api/fraud/history': Listed<FraudEvent>;
  'GET /api/fraud/references': Whole<Reference>;
  'GET /api/fraud/cross-lookup': Listed<SharedReference>;
  'POST /api/fraud/cross-lookup': Listed<SharedReference>;
  'GET /api/fraud/graph': AccountGraph;
  'GET /api/fraud/summary': FraudSummary;
  'DELETE /api/fraud/sessions': FraudRevocation;
}

const USER = text('Of the end user.');
const PAGE = { limit: count(1, 200, 50, 'How many items at most.'), cursor: text('`nextCursor` of the page before.') };
const EVENTS = {
  from: time('From this on.'),
  to: time('Before this.'),
  minScore: count(0, 100, 0, 'Only with at least this score.'),
  decision: oneOf(DECISIONS, 'Only those.'),
  rule: oneOf(RULE_NAMES, 'Only those that it was a reason of.'),
  ...PAGE,
};
/** What the customer's server sends. */
const SENT = { access: 'ingest', codes: 'journal_away body_cut' } as const;

export default describe<FraudAnswers>('Fraud', {
  'POST /api/fraud/login': {
    summary: 'Open a fraud session of an end user',
    more: 'Called by the server of the product, which passes the `Set-Cookie` lines on.',
    ...{ ...SENT, body: loginSchema, example: { userId: 'u1' } },
  },
  'POST /api/fraud/event': {
    summary: 'Score an event, and decide',
    ...{ ...SENT, body: eventSchema, example: { userId: 'u1', eventType: 'payment' } },
    headers: { 'Idempotency-Key': text('A repeat within 24 hours gets the first answer.') },
    codes: `${SENT.codes} idempotency_key_reused quota_exceeded`,
  },
  'POST /api/fraud/register': {
    summary: 'Say which identifiers an account has',
    more: 'They are kept as keyed hashes.',
    ...{ ...SENT, body: registerSchema, example: { userId: 'u1', references: { email: 'a@example.com' } } },
    codes: `${SENT.codes} reference_limit`,
  },
  'POST /api/fraud/revoke': {
    ...{ summary: 'End the fraud sessions of an end user', ...SENT, body: revokeSchema, example: { userId: 'u1' } },
  },
  'GET /api/fraud/events': { summary: 'Events, newest first', access: 'read', query: { userId: USER, ...EVENTS } },
  'GET /api/fraud/events/:eventId': { summary: 'One event with what was known of it', access: 'read' },
  'GET /api/fraud/history': {
    ...{ summary: 'Events of one end user', access: 'read', query: { userId: required(USER), ...EVENTS } },
  },
  'GET /api/fraud/references': {
    ...{ summary: 'References of one end user', access: 'read', query: { userId: required(USER) } },
  },
  'GET /api/fraud/cross-lookup': {
    summary: 'References that accounts have in common',
    access: 'read',
    query: {
      minAccounts: count(1, 1_000, 2, 'Only with at least as many.'),
      type: oneOf(REFERENCE_TYPES, 'Only of this one.'),
      userId: text('Only those of this end user.'),
      reference: text('Only this one.'),
      ...PAGE,
    },
  },
  'POST /api/fraud/cross-lookup': {
    summary: 'Accounts that have an identifier',
    ...{ access: 'export', body: lookupSchema, example: { email: 'a@example.com' } },
  },
  'GET /api/fraud/graph': {
    ...{ summary: 'What links an end user to others', access: 'read', query: { userId: required(USER) } },
  },
  'GET /api/fraud/summary': {
    summary: 'Decisions, rules and open reviews of a range',
    access: 'read',
    query: { from: time('From this on; 90 days at most.'), to: time('Before this.') },
  },
  'DELETE /api/fraud/sessions': {
    ...{ summary: 'End the fraud sessions of an end user', access: 'write', query: { userId: required(USER) } },
  },
});

import type { Stream } from '../../../wire/record.ts';

export const STREAM_WORDS: Readonly<Record<Stream, { one: string; many: string }>> = {
  logs: { one: 'log', many: 'Logs' },
  vitals: { one: 'vital', many: 'Vitals' },
  errors: { one: 'error', many: 'Errors' },
  operations: { one: 'operation', many: 'Operations' },
  metrics: { one: 'metric', many: 'Metrics' },
  spans: { one: 'span', many: 'Spans' },
  fraud: { one: 'fraud', many: 'Fraud events' },
};

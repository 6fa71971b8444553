import { localTime } from '../../../shared/calendar.ts';
import type { ErasureCategory, ErasureReceipt } from '../../../wire/compliance.ts';
import type { PaperDocument } from '../../document.ts';

const NAMES: Readonly<Record<ErasureCategory, string>> = {
  records: 'Records (logs, traces, vitals, errors, events)',
  fraud_profile: 'Fraud profile: sessions, devices, references',
  fraud_events: 'Fraud events, reviews and verdicts',
  error_samples: 'Samples of errors',
  etl_rejects: 'Rejected input of imports',
  deliveries: 'Deliveries of webhooks',
  breach_register: 'Register of breaches',
  caches: 'Cached answers',
};

const time = (ms: number): string => localTime(ms, 'UTC');

/** For the person, or a file. */
export function receiptDocument(receipt: ErasureReceipt): PaperDocument {
  const { requestId, reference, regimeId, receivedAtMs, executedAtMs, restorableUntilMs, erased, held } = receipt;
  const counted = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'nothing was found';
  return {
    title: 'Receipt of an erasure of personal data',
    warnings: held.length === 0 ? [] : ['Not everything was erased: see what is held.'],
    facts: [
      { name: 'Request', value: requestId },
      { name: 'Reference', value: reference },
      { name: 'Regime', value: regimeId },
      { name: 'Received', value: time(receivedAtMs) },
      { name: 'Carried out', value: time(executedAtMs) },
      { name: 'Restorable until', value: time(restorableUntilMs) },
    ],
    sections: [
      {
        heading: 'What is gone',
        paragraphs: [],
        table: {
          head: ['From', 'What', 'When'],
          rows: erased.map(({ category, counts, atMs }) => [NAMES[category], counted(counts), time(atMs)]),
        },
      },
      {
        heading: 'What is held',
        paragraphs: held.length === 0 ? ['Nothing.'] : [],
        ...(held.length === 0
          ? {}
          : {
              table: {
                head: ['Of', 'Stream', 'Why'],
                rows: held.map(({ category, stream, reason }) => [NAMES[category], stream ?? 'all', reason]),
              },
            }),
      },
      { heading: 'What is not covered', paragraphs: receipt.notCovered },
    ],
    foot: [
      `Until ${time(restorableUntilMs)} a restore of the database could bring back what was erased; the erasure would then be carried out again by itself. After that the identity of the person is forgotten here too, and this receipt knows the reference alone.`,
    ],
  };
}

import type { Regime } from '../../wire/compliance.ts';

const HOUR_MS = 3_600_000;
/** Of 72 hours: once a day is gone, once the last one begins, and in time to still write it. */
const OF_72_HOURS = [48 * HOUR_MS, 24 * HOUR_MS, 6 * HOUR_MS, HOUR_MS];

/** Regulation (EU) 2016/679. What is read into it is in docs/compliance.md. */
const GDPR: Regime = {
  ...{ id: 'gdpr', name: 'GDPR', builtIn: true, version: 1, timeZone: 'Europe/Brussels' },
  breachDuties: [
    {
      ...{ id: 'authority_72h', label: 'Notify the supervisory authority', toWhom: 'authority', within: { hours: 72 } },
      ...{ remindBeforeMs: OF_72_HOURS, when: 'always', source: 'GDPR Art. 33(1)' },
    },
    {
      ...{
        id: 'affected',
        label: 'Tell those affected, without undue delay',
        toWhom: 'affected',
        within: { hours: 0 },
      },
      ...{ remindBeforeMs: [], when: 'high_risk', source: 'GDPR Art. 34(1)' },
    },
  ],
  erasureWithin: { months: 1 },
  reportSections: [
    ...(['timing', 'nature', 'categories_of_people', 'numbers', 'categories_of_records', 'contact'] as const),
    ...(['consequences', 'measures', 'mitigation', 'late_reason'] as const),
  ],
  source: 'GDPR Art. 12(3), 17, 33, 34',
};

/** The Act gives no period for erasure; 90 days is the most that rule 14(3) leaves for answering a grievance (docs/compliance.md). */
const DPDP: Regime = {
  ...{ id: 'dpdp', name: 'DPDP Act', builtIn: true, version: 1, timeZone: 'Asia/Kolkata' },
  breachDuties: [
    {
      ...{ id: 'board_at_once', label: 'Describe the breach to the Board, without delay', toWhom: 'authority' },
      ...{ within: { hours: 0 }, remindBeforeMs: [], when: 'always', source: 'DPDP Rules 2025, rule 7(2)(a)' },
    },
    {
      ...{ id: 'affected_at_once', label: 'Tell each affected Data Principal, without delay', toWhom: 'affected' },
      ...{ within: { hours: 0 }, remindBeforeMs: [], when: 'always', source: 'DPDP Rules 2025, rule 7(1)' },
    },
    {
      ...{ id: 'board_72h', label: 'Report to the Board in detail', toWhom: 'authority', within: { hours: 72 } },
      ...{ remindBeforeMs: OF_72_HOURS, when: 'always', source: 'DPDP Rules 2025, rule 7(2)(b)' },
    },
  ],
  erasureWithin: { days: 90 },
  reportSections: [
    ...(['nature', 'timing', 'location', 'numbers', 'categories_of_people', 'categories_of_records'] as const),
    ...(['consequences', 'cause', 'mitigation', 'caused_by', 'measures', 'notifications', 'contact'] as const),
    'late_reason',
  ],
  source: 'DPDP Act 2023, s. 8(6), 12, 13; DPDP Rules 2025, rules 7, 14(3)',
};

/** Every version that there was, the newest of a regime last: a breach keeps the clocks of the one that it was opened with. */
export const BUILT_IN_REGIMES: readonly Regime[] = [GDPR, DPDP];

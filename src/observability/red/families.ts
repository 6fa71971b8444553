/** What is measured: a duration and how it ended, by two labels at most. */
export interface Family {
  /** Of the histogram of durations, and of the counter of ends. */
  durationName: string;
  durationHelp: string;
  countName: string;
  countHelp: string;
  labels: readonly string[];
  /** The label of the counter that says how it ended. */
  outcomeLabel: string;
  outcomes: readonly string[];
  /** Which of them are errors: what is not the caller's fault. */
  errors: readonly string[];
}

export const FAMILIES = {
  requests: {
    durationName: 'breakwater_http_request_duration_seconds',
    durationHelp:
      'Time from a request to the head of its answer that was spent waiting, by method and registered route.',
    countName: 'breakwater_http_requests_total',
    countHelp:
      'Requests by method, registered route and class of status; client_gone are those whose client left before the answer.',
    labels: ['method', 'route'],
    outcomeLabel: 'status',
    outcomes: ['1xx', '2xx', '3xx', '4xx', '5xx', 'client_gone'],
    errors: ['5xx'],
  },
  calls: {
    durationName: 'breakwater_call_duration_seconds',
    durationHelp: 'Time of calls to Durable Objects, D1 and R2 as their callers see it.',
    countName: 'breakwater_calls_total',
    countHelp: 'Calls to Durable Objects, D1 and R2 that have ended; failed are those that threw.',
    labels: ['target', 'operation'],
    outcomeLabel: 'outcome',
    outcomes: ['ok', 'failed'],
    errors: ['failed'],
  },
  alarms: {
    durationName: 'breakwater_alarm_duration_seconds',
    durationHelp: 'Time of alarms of Durable Objects.',
    countName: 'breakwater_alarms_total',
    countHelp: 'Alarms of Durable Objects that have ended; failed are those that threw.',
    labels: ['object'],
    outcomeLabel: 'outcome',
    outcomes: ['ok', 'failed'],
    errors: ['failed'],
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;
export const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];

/** Where a series is kept. No label has a line break: they are routes, methods and names of our own code. */
export function seriesKey(family: FamilyName, labels: readonly string[]): string {
  return `${family}\n${labels.join('\n')}`;
}

export function partsOf(key: string): { family: FamilyName; labels: string[] } {
  const [family, ...labels] = key.split('\n');
  return { family: family as FamilyName, labels };
}

/** `route` and the like by their values. */
export function labelsOf(key: string): Record<string, string> {
  const { family, labels } = partsOf(key);
  return Object.fromEntries(FAMILIES[family].labels.map((name, index) => [name, labels[index] ?? '']));
}

/** Of a tally by outcome. */
export function errorsIn(family: FamilyName, tally: readonly number[] | null): number {
  const { outcomes, errors }: Family = FAMILIES[family];
  return errors.reduce((sum, name) => sum + (tally?.[outcomes.indexOf(name)] ?? 0), 0);
}

/** Of histograms, inclusive: from a read that was in memory to the longest that a caller waits for. */
export const BOUNDS_MS: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];

/** What objects say of themselves, by project. `summed` over the objects of a project; `oldest` is the earliest of their times, told as an age. */
export const GAUGES = {
  journalTailRecords: {
    name: 'breakwater_journal_tail_records',
    help: 'Records of a project that are durable and not in a block yet, as of the last alarm of its journals.',
    kind: 'summed',
  },
  journalTailBytes: {
    name: 'breakwater_journal_tail_bytes',
    help: 'Bytes of those records.',
    kind: 'summed',
  },
  sealLag: {
    name: 'breakwater_seal_lag_seconds',
    help: 'Age of the oldest record that is not in a block yet; it is sealed within a minute where all is well.',
    kind: 'oldest',
  },
  sockets: { name: 'breakwater_sockets', help: 'Open sockets of a project.', kind: 'summed' },
  deliveriesWaiting: {
    name: 'breakwater_deliveries_waiting',
    help: 'Deliveries of a project to webhooks that wait, as of the last alarm of its destinations.',
    kind: 'summed',
  },
  deadLetters: {
    name: 'breakwater_dead_letters',
    help: 'Deliveries of a project that were given up and are kept.',
    kind: 'summed',
  },
} as const;

export type GaugeName = keyof typeof GAUGES;

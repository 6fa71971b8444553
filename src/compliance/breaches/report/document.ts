import { localTime } from '../../../shared/calendar.ts';
import type { BreachClock } from '../../../wire/compliance.ts';
import type { PaperDocument } from '../../document.ts';
import { clockState } from '../register/clocks.ts';
import type { MadeReport } from './report.ts';
import { HEADINGS } from './sections.ts';

const STATES: Readonly<Record<BreachClock['state'], string>> = {
  running: 'running',
  done: 'done',
  done_late: 'done late',
  overdue: 'not done yet, and past its time',
  not_needed: 'not needed',
};

const FOOT =
  'Made by Breakwater of what its breach register held at that time. It says what was entered there; whether that is what a law asks for is for who signs it to judge.';

export function reportDocument({ report, regime, breach, clocks }: MadeReport): PaperDocument {
  const { generatedAtMs, missing, sections } = report;
  const time = (ms: number) => localTime(ms, regime.timeZone);
  const names = missing.map((section) => HEADINGS[section]);
  return {
    title: `Personal data breach: ${breach.title}`,
    warnings: names.length === 0 ? [] : [`The register does not say yet: ${names.join('; ')}.`],
    facts: [
      ...[{ name: 'Register entry', value: `${breach.id}, version ${breach.version}` }],
      ...[{ name: 'Regime', value: `${regime.name} (${regime.source})` }],
      ...[{ name: 'Became known', value: time(breach.awareAtMs) }],
      ...[{ name: 'Report made', value: time(generatedAtMs) }],
      ...(breach.resolvedAtMs === null
        ? [{ name: 'State', value: breach.state }]
        : [{ name: 'Resolved', value: `${time(breach.resolvedAtMs)}. ${breach.resolution ?? ''}` }]),
    ],
    sections: [
      ...sections.map(({ heading, paragraphs }) => ({
        heading,
        paragraphs: paragraphs.length === 0 ? ['The register says nothing of this yet.'] : paragraphs,
      })),
      {
        heading: 'Duties and deadlines',
        paragraphs: [],
        table: {
          head: ['Duty', 'Due', 'State', 'Done', 'Note', 'Source'],
          rows: clocks.map((clock) => [
            ...[clock.label, time(clock.dueAtMs), STATES[clockState(clock, breach.awareAtMs, generatedAtMs)]],
            ...[clock.doneAtMs === null ? '' : time(clock.doneAtMs), clock.note ?? '', clock.source],
          ]),
        },
      },
    ],
    foot: [FOOT],
  };
}

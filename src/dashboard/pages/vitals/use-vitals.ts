import {
  type BrowserLabel,
  VITALS,
  type VitalName,
  type VitalsBreakdown,
  type VitalsDistribution,
  type VitalsPages,
  type VitalsSummary,
  type VitalsTimeseries,
} from '../../../wire/vitals.ts';
import type { Answer } from '../../api/http.ts';
import {
  getVitalsBreakdown,
  getVitalsDistribution,
  getVitalsPages,
  getVitalsSummary,
  getVitalsTimeseries,
  type VitalsQuestion,
} from '../../api/vitals.ts';
import { inRangeWords } from '../../lib/range-words.ts';
import { range } from '../../state/range.ts';
import { type Resource, useResource } from '../../state/use-resource.ts';
import { chartStepMs, comparedMs, sparkStepMs } from './steps.ts';
import type { View } from './view.ts';

export type Sparks = ReadonlyMap<VitalName, readonly (number | null)[]>;

/** `by`: what its series are values of; null for one series of all. */
export type Trend = VitalsTimeseries & { by: BrowserLabel | null };

/** `rangeText`: the time that was asked about, in words. An answer may outlast the range of the page. */
export type Summary = VitalsSummary & { rangeText: string };

export interface Vitals {
  summary: Resource<Summary>;
  sparks: Sparks;
  trend: Resource<Trend>;
  /** Of the time before, and how far back that lies; asked for only to compare. */
  before: Resource<VitalsTimeseries>;
  beforeMs: number;
  breakdown: Resource<VitalsBreakdown>;
  distribution: Resource<VitalsDistribution>;
}

const NO_SPARKS: Sparks = new Map();

/** Small questions, asked at once; each part of the page stands as soon as its own answer is there. */
export function useVitals(question: VitalsQuestion, view: View): Vitals {
  const { vital, by, compare, split } = view;
  const key = JSON.stringify(question);
  const stepMs = chartStepMs(question);
  const beforeMs = comparedMs(question, stepMs);
  const earlier = { ...question, fromMs: question.fromMs - beforeMs, toMs: question.toMs - beforeMs };
  const summary = useResource(key, async (signal): Promise<Answer<Summary>> => {
    const rangeText = inRangeWords(range.peek());
    const answer = await getVitalsSummary(question, signal);
    return answer.ok ? { ...answer, value: { ...answer.value, rangeText } } : answer;
  });
  const measured = summary.data?.items.filter(({ count }) => count > 0).map(({ name }) => name) ?? [];
  const sparks = useResource(
    measured.length > 0 ? `${key} ${measured.join()}` : null,
    (signal): Promise<Answer<Sparks>> => loadSparks(question, measured, signal),
  );
  return {
    summary,
    sparks: sparks.data ?? NO_SPARKS,
    trend: ofVital(
      vital,
      useResource(`${vital} ${split ? by : ''} ${key}`, async (signal) => {
        const answer = await getVitalsTimeseries(question, { name: vital, stepMs, by: split ? by : null }, signal);
        return answer.ok ? { ...answer, value: { ...answer.value, by: split ? by : null } } : answer;
      }),
    ),
    before: ofVital(
      vital,
      // What was measured before another time, or under other filters, is no comparison.
      useResource(
        compare ? `${vital} ${key}` : null,
        (signal) => getVitalsTimeseries(earlier, { name: vital, stepMs }, signal),
        false,
      ),
    ),
    beforeMs,
    breakdown: ofLabel(
      by,
      ofVital(
        vital,
        useResource(`${vital} ${by} ${key}`, (signal) => getVitalsBreakdown(question, vital, by, signal)),
      ),
    ),
    distribution: ofVital(
      vital,
      useResource(`${vital} ${key}`, (signal) => getVitalsDistribution(question, vital, signal)),
    ),
  };
}

export function usePages(
  question: VitalsQuestion,
  { vital, sort }: Pick<View, 'vital' | 'sort'>,
  answers: number,
): Resource<VitalsPages> {
  const also = VITALS.filter((name) => name !== vital && name !== 'FID');
  const key = JSON.stringify([vital, sort, answers, question]);
  return ofVital(
    vital,
    useResource(key, (signal) => getVitalsPages(question, { name: vital, also, sort }, answers, signal)),
  );
}

/** An answer stays on screen while the same is asked of another time, but not as the answer about another vital. */
function ofVital<T extends { name: VitalName }>(vital: VitalName, resource: Resource<T>): Resource<T> {
  return resource.data === null || resource.data.name === vital ? resource : withoutData(resource);
}

function ofLabel(by: string, resource: Resource<VitalsBreakdown>): Resource<VitalsBreakdown> {
  return resource.data === null || resource.data.by === by ? resource : withoutData(resource);
}

function withoutData<T>(resource: Resource<T>): Resource<T> {
  return { ...resource, data: null, loading: resource.error === null };
}

/** The shapes beside the figures. One that is missing leaves its figure alone. */
async function loadSparks(
  question: VitalsQuestion,
  names: readonly VitalName[],
  signal: AbortSignal,
): Promise<Answer<Sparks>> {
  const stepMs = sparkStepMs(question);
  const answers = await Promise.all(names.map((name) => getVitalsTimeseries(question, { name, stepMs }, signal)));
  const found = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
  const sparks = new Map(found.map(({ name, series }) => [name, series[0]?.points.map(({ p75 }) => p75) ?? []]));
  const failed = answers.find((answer) => !answer.ok);
  return found.length === 0 && failed && !failed.ok ? failed : { ok: true, value: sparks, headers: new Headers() };
}

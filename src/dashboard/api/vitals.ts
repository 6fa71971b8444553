import type {
  BrowserLabel,
  VitalName,
  VitalsBreakdown,
  VitalsDistribution,
  VitalsPages,
  VitalsSummary,
  VitalsTimeseries,
} from '../../wire/vitals.ts';
import type { LabelFilters } from '../lib/label-filters.ts';
import { type Answer, type Params, request } from './http.ts';

/** What every question about vitals shares. */
export interface VitalsQuestion {
  project: string;
  fromMs: number;
  toMs: number;
  filters: LabelFilters;
  /** When it was asked: another time is another question, even where whole minutes are the same. Not sent. */
  askedMs: number;
}

export function getVitalsSummary(question: VitalsQuestion, signal: AbortSignal): Promise<Answer<VitalsSummary>> {
  return ask('summary', question, {}, signal);
}

interface TimeseriesQuestion {
  name: VitalName;
  stepMs: number;
  /** One series for each value of it. */
  by?: BrowserLabel | null;
}

export function getVitalsTimeseries(
  question: VitalsQuestion,
  { name, stepMs, by }: TimeseriesQuestion,
  signal: AbortSignal,
): Promise<Answer<VitalsTimeseries>> {
  return ask('timeseries', question, { name, step: stepMs, by: by ?? null }, signal);
}

export function getVitalsBreakdown(
  question: VitalsQuestion,
  name: VitalName,
  by: BrowserLabel,
  signal: AbortSignal,
): Promise<Answer<VitalsBreakdown>> {
  return ask('breakdown', question, { name, by }, signal);
}

export function getVitalsDistribution(
  question: VitalsQuestion,
  name: VitalName,
  signal: AbortSignal,
): Promise<Answer<VitalsDistribution>> {
  return ask('distribution', question, { name }, signal);
}

export interface PagesQuestion {
  name: VitalName;
  also: readonly VitalName[];
  sort: string;
}

/** The first `answers` answers as one list. */
export async function getVitalsPages(
  question: VitalsQuestion,
  { name, also, sort }: PagesQuestion,
  answers: number,
  signal: AbortSignal,
): Promise<Answer<VitalsPages>> {
  const items: VitalsPages['items'] = [];
  let cursor: string | null = null;
  for (;;) {
    const params: Params = { name, also: also.join(','), sort, limit: ROWS_AN_ANSWER, cursor };
    const answer: Answer<VitalsPages> = await ask('pages', question, params, signal);
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    cursor = answer.value.nextCursor;
    answers--;
    if (cursor === null || answers <= 0) return { ...answer, value: { ...answer.value, items } };
  }
}

const ROWS_AN_ANSWER = 100;

function ask<T>(what: string, question: VitalsQuestion, more: Params, signal: AbortSignal): Promise<Answer<T>> {
  const { project, fromMs, toMs, filters } = question;
  const params = { project, from: fromMs, to: toMs, ...filters, ...more };
  return request('GET', `/api/query/vitals/${what}`, { params, signal });
}

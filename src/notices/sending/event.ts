import type { DeliveryEvent } from '../../wire/delivery.ts';
import type { Notice } from '../../wire/jobs.ts';
import type { Bundle } from './bundle-store.ts';

const RANK: Readonly<Record<Notice['severity'], number>> = { info: 0, warning: 1, critical: 2 };

/** One event for all notices of a bundle, as a destination of this project gets it. It has the same id for each destination, however often it is told. */
export function eventOf(bundle: Bundle, projectId: string, origin: string): DeliveryEvent {
  const { id, kind, notices: count, newest, createdAtMs } = bundle;
  const urlOf = (path: string | null) => (path === null ? null : origin + path);
  const [first] = newest;
  const severity = newest.reduce<Notice['severity']>(
    (worst, notice) => (RANK[notice.severity] > RANK[worst] ? notice.severity : worst),
    'info',
  );
  const data = {
    ...{ id, kind, severity, count, title: first?.title ?? kind, url: urlOf(first?.path ?? null) },
    notices: newest.map((notice) => ({
      ...{ id: notice.id, severity: notice.severity, title: notice.title, at: new Date(notice.atMs).toISOString() },
      ...{ detail: notice.detail, url: urlOf(notice.path), summary: summaryOf(notice) },
    })),
  };
  return { id: id.replace(/^ntb_/, 'evt_'), type: kind, projectId, subject: kind, createdAtMs, data };
}

/** `The job x failed: job x, problem The database did not answer.` */
function summaryOf({ title, detail }: Pick<Notice, 'title' | 'detail'>): string {
  const facts = Object.entries(detail).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  return facts.length === 0 ? title : `${title}: ${facts.join(', ')}`;
}

/** What the table of routes names, made by the API alone: what a program finds that has signed in and asked for it. */
import type { AdminSession } from '../../../scripts/start/api.ts';
import type { Fixture } from '../worker/route-table.ts';
import { DAY_MS } from './archive-client.ts';
import { until } from './temporary.ts';

/** What a route can end is of one fixture alone; records, firings, archives and what else stays are the same for all. */
export interface ApiFixture extends Omit<Fixture, 'findingId'> {
  /** A destination that is not disabled. */
  openDestinationId: string;
  /** A request for deletion that was carried out; '' where the instance has no past. */
  executedId: string;
  /** A template that is for requests for deletion. */
  deletionTemplateId: string;
  /** Requests for deletion and breaches that nothing else is done to before. */
  cancelledId: string;
  dueId: string;
  resolvedId: string;
  /** A breach of which it is known whom it affects. */
  affectingId: string;
}

/** A project, as its administrators see it. */
export interface Place {
  admin: AdminSession;
  projectId: string;
  /** By a key that may do everything in the project. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Where nobody answers: what is sent there waits. */
  receiverUrl: string;
  /** The instance's clock. */
  nowMs: number;
}

/** Of the users that it makes. */
export const MADE_PASSWORD = 'correct horse battery staple';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const VISIT_ID = 'made-session';
const SHORT = 'short';

type Id = { id: string };
type Items<T = Id> = { items: T[] };
type Shared = Pick<
  ApiFixture,
  'projectId' | 'openDestinationId' | 'deletionTemplateId' | 'traceId' | 'visitId' | 'recordId' | 'fraudEventId'
> &
  Pick<ApiFixture, 'fingerprint' | 'firingId' | 'deliveryId' | 'archiveId' | 'warehouseDay' | 'executedId'>;

export async function makeByApi(place: Place, count: number): Promise<ApiFixture[]> {
  const maker = new Maker(place);
  const shared = await maker.shared();
  const jobIds = await maker.etlJobs(count);
  const fixtures: ApiFixture[] = [];
  const sessions = await maker.sessions();
  for (const [n, jobId] of jobIds.entries()) {
    const sessionId = sessions[n % sessions.length] ?? '';
    fixtures.push({ ...shared, jobId, sessionId, ...(await maker.own(n)) });
  }
  await place.admin.post('/api/jobs/breach_search/run');
  return fixtures;
}

class Maker {
  readonly #place: Place;
  readonly #of: string;

  constructor(place: Place) {
    this.#place = place;
    this.#of = `?project=${place.projectId}`;
  }

  async shared(): Promise<Shared> {
    const { projectId, receiverUrl, call } = this.#place;
    const { id: openDestinationId } = await this.#post<Id>(`/api/destinations${this.#of}`, {
      ...{ name: 'nobody', url: receiverUrl },
    });
    await this.#post(`/api/alerts/rules${this.#of}`, {
      ...{ name: 'Errors', windowSeconds: 3_600, destinationIds: [openDestinationId] },
      condition: { kind: 'log_count', stream: 'errors', query: '', comparison: 'above', threshold: 0 },
    });
    const ids = { traceId: TRACE_ID, sessionId: VISIT_ID, userId: 'made-user' };
    await call('POST', '/api/ingest', [
      { stream: 'logs', message: 'a record', service: 'checkout', ...ids },
      { stream: 'errors', message: 'TypeError: x is not a function', level: 'error', service: 'checkout', ...ids },
    ]);
    const event = await call<{ eventId: string }>('POST', '/api/fraud/event', {
      ...{ userId: 'u1', eventType: 'payment' },
    });
    const found = await this.#get<{ records: Id[] }>(`/api/query/logs${this.#of}&q=checkout`);
    const errors = await this.#get<Items<{ fingerprint: string }>>(`/api/query/errors${this.#of}`);
    return {
      ...{ projectId, openDestinationId, traceId: TRACE_ID, visitId: VISIT_ID, fraudEventId: event.eventId },
      ...{ recordId: found.records[0]?.id ?? '', fingerprint: errors.items[0]?.fingerprint ?? '' },
      ...(await this.#past()),
      deletionTemplateId: await this.#deletionTemplate(),
      firingId: await this.#firstOf('/api/alerts/firings'),
      deliveryId: await this.#firstOf('/api/deliveries'),
    };
  }

  /** Each with a reject that a later version of the schema takes. */
  async etlJobs(count: number): Promise<string[]> {
    const schemas = `/api/etl/schemas/JSON${this.#of}`;
    await this.#post(schemas, { fields: [{ field: 'message', maxLength: SHORT.length }] });
    const jobIds: string[] = [];
    for (let n = 0; n < count; n++) {
      const payload = [{ message: SHORT }, { message: `longer ${n}` }];
      const started = await this.#place.call<{ jobId: string }>('POST', '/api/etl/start', {
        dataType: 'JSON',
        payload,
      });
      jobIds.push(started.jobId);
    }
    await this.#post(schemas, { unknownFields: 'keep' });
    return jobIds;
  }

  /** Open ones of the administrator who makes all this, their own among them. */
  async sessions(): Promise<string[]> {
    return (await this.#get<Items>('/api/auth/sessions')).items.map(({ id }) => id);
  }

  async own(n: number): Promise<Omit<ApiFixture, keyof Shared | 'jobId' | 'sessionId'>> {
    const { projectId, nowMs } = this.#place;
    const [of, name] = [this.#of, `made ${n}`];
    const idOf = async (path: string, body: unknown) => (await this.#post<Id>(path, body)).id;
    const deletion = (userId: string) =>
      idOf('/api/compliance/deletions', {
        ...{
          projectId,
          regimeId: 'gdpr',
          receivedAtMs: nowMs,
          graceDays: 7,
          identity: { userIds: [`${userId}-${n}`] },
        },
      });
    const breach = (title: string) =>
      idOf('/api/compliance/breaches', {
        ...{ title: `${title} ${n}`, projectId, detectedAtMs: 1, awareAtMs: 2, regimeIds: ['gdpr'] },
      });
    const [deletionId, affectingId, resolvedId] = [
      await deletion('u-held'),
      await breach('Affecting'),
      await breach('Over'),
    ];
    const held = await this.#post<{ holds: { id: string; category: string }[] }>(
      `/api/compliance/deletions/${deletionId}/holds`,
      { category: 'caches', reason: name },
    );
    await this.#post(`/api/compliance/breaches/${affectingId}/affected`, {
      ...{ q: '', from: nowMs - DAY_MS, to: nowMs + DAY_MS },
    });
    await this.#post(`/api/compliance/breaches/${resolvedId}/clocks/gdpr.authority_72h`, {
      ...{ notNeeded: true, note: 'no risk' },
    });
    return {
      keyId: await idOf(`/api/projects/${projectId}/keys`, { name, scopes: ['ingest'] }),
      userId: await idOf('/api/users', { username: `made-${n}`, password: MADE_PASSWORD, role: 'viewer' }),
      searchId: await idOf('/api/searches', { project: projectId, name, q: '' }),
      destinationId: await idOf(`/api/destinations${of}`, { name, url: this.#place.receiverUrl, disabled: true }),
      ruleId: await idOf(`/api/alerts/rules${of}`, {
        ...{ name, condition: { kind: 'silence', stream: 'logs' }, enabled: false },
      }),
      silenceId: await idOf(`/api/alerts/silences${of}`, { matchers: { team: name }, untilMs: nowMs + DAY_MS }),
      holdId: await idOf(`/api/archives/holds${of}`, { fromMs: 0, reason: name }),
      ...{ deletionId, deletionHoldId: held.holds.find(({ category }) => category === 'caches')?.id ?? '' },
      ...{ cancelledId: await deletion('u-cancelled'), dueId: await deletion('u-due') },
      ...{ breachId: await breach('Open'), resolvedId, affectingId },
      templateId: await idOf('/api/compliance/templates', {
        ...{ name, purpose: 'breach_affected', subject: '{{title}}', body: '{{advice}}' },
      }),
    };
  }

  async #past(): Promise<Pick<ApiFixture, 'archiveId' | 'warehouseDay' | 'executedId'>> {
    const archives = await this.#get<Items>(`/api/archives${this.#of}`);
    const files = await this.#get<Items<{ day: string }>>(`/api/archives/warehouse${this.#of}`);
    const executed = await this.#get<Items>(`/api/compliance/deletions${this.#of}&state=done`);
    const [archiveId, executedId] = [archives.items[0]?.id ?? '', executed.items[0]?.id ?? ''];
    return { archiveId, executedId, warehouseDay: files.items[0]?.day ?? '' };
  }

  async #deletionTemplate(): Promise<string> {
    const { items } = await this.#get<Items<{ id: string; purpose: string }>>('/api/compliance/templates');
    return items.find(({ purpose }) => purpose === 'acknowledge')?.id ?? '';
  }

  #firstOf(list: string): Promise<string> {
    return until(`${list} has one`, async () => (await this.#get<Items>(list + this.#of)).items[0]?.id);
  }

  async #get<T>(path: string): Promise<T> {
    return (await this.#place.admin.get(path)) as T;
  }

  async #post<T>(path: string, body?: unknown): Promise<T> {
    return (await this.#place.admin.post(path, body)) as T;
  }
}

import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { tellClocks } from '../../src/compliance/index.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { compliance, newBreach, writeTemplate } from '../helpers/worker/breaches.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, changesOf, testCtx } from '../helpers/worker/context.ts';
import { askDeletion } from '../helpers/worker/deletions.ts';

const HOUR_MS = 3_600_000;
const HOSTILE = `<img src=x onerror="alert(1)"> & "'</style><script>alert(2)</script>\u202e`;
let admin: SignedIn;

beforeEach(async () => {
  admin = await signInAs('admin');
});

const call = (method: string, path: string, body?: unknown) => compliance(admin, method, path, body);
async function open(more: Record<string, unknown> = {}): Promise<string> {
  return (await call('POST', 'breaches', newBreach(more))).body.id;
}

const TEXTS = {
  ...{
    nature: 'A copy was made',
    location: 'Frankfurt',
    cause: 'An open port',
    causedBy: 'Nobody is known',
    advice: 'x',
  },
  ...{
    consequences: 'Mail with lies',
    measures: 'The port is closed',
    mitigation: 'Passwords reset',
    contact: 'dpo@example.com',
  },
};
const FACTS = {
  ...TEXTS,
  categoriesOfPeople: ['customers'],
  categoriesOfRecords: ['addresses'],
  people: 12,
  records: 30,
  beganAtMs: 1,
};

describe('the report for the authority', () => {
  it('has every section that the GDPR asks for, in its order, and names what the register does not say', async () => {
    const id = await open();
    const { body } = await call('GET', `breaches/${id}/report`);
    expect(body).toMatchObject({ breachId: id, regimeId: 'gdpr', title: 'Backup left open' });
    const sections = [
      'timing',
      'nature',
      'categories_of_people',
      'numbers',
      'categories_of_records',
      'contact',
      'consequences',
      'measures',
      'mitigation',
    ];
    expect(body.sections.map(({ section }: { section: string }) => section)).toEqual(sections);
    expect(body.missing).toEqual(sections);
    await call('PATCH', `breaches/${id}`, { version: 1, ...FACTS });
    const full = (await call('GET', `breaches/${id}/report?regime=gdpr`)).body;
    expect(full.missing).toEqual([]);
    expect(full.sections[3].paragraphs).toEqual(['People, approximately: 12', 'Records, approximately: 30']);
  });

  it('has what the DPDP Rules ask for: who caused it, and whom those affected were told by', async () => {
    const id = await open({ regimeIds: ['gdpr', 'dpdp'], ...FACTS });
    expect((await call('GET', `breaches/${id}/report`)).body.errors).toMatchObject([
      { pointer: '/regime', reason: expect.stringContaining('gdpr, dpdp') },
    ]);
    const first = (await call('GET', `breaches/${id}/report?regime=dpdp`)).body;
    expect(first.missing).toEqual(['notifications']);
    expect(first.sections.map(({ section }: { section: string }) => section)).toEqual([
      ...[
        'nature',
        'timing',
        'location',
        'numbers',
        'categories_of_people',
        'categories_of_records',
        'consequences',
        'cause',
      ],
      ...['mitigation', 'caused_by', 'measures', 'notifications', 'contact'],
    ]);
    await call('POST', `breaches/${id}/clocks/dpdp.affected_at_once`, { doneAtMs: Date.now() - 1, note: 'By mail' });
    const second = (await call('GET', `breaches/${id}/report?regime=dpdp`)).body;
    expect(second.missing).toEqual([]);
    expect(JSON.stringify(second.sections)).toContain('By mail');
  });

  it('asks for the reasons of a delay where there was one, and for none where there was not', async () => {
    const late = { detectedAtMs: Date.now() - 90 * HOUR_MS, awareAtMs: Date.now() - 80 * HOUR_MS };
    const id = await open({ ...late, ...FACTS });
    expect((await call('GET', `breaches/${id}/report`)).body.missing).toEqual(['late_reason']);
    await call('PATCH', `breaches/${id}`, { version: 1, lateReasons: { 'gdpr.authority_72h': 'A public holiday' } });
    const { missing, sections } = (await call('GET', `breaches/${id}/report`)).body;
    expect([missing, sections.at(-1).paragraphs]).toEqual([[], ['Notify the supervisory authority: A public holiday']]);
  });

  it('is one file for paper, in which nothing that somebody wrote is more than text', async () => {
    const texts = Object.fromEntries(Object.keys(TEXTS).map((name) => [name, HOSTILE]));
    const id = await open({ title: HOSTILE, ...texts, categoriesOfPeople: [HOSTILE], categoriesOfRecords: [HOSTILE] });
    await call('POST', `breaches/${id}/clocks/gdpr.authority_72h`, { notNeeded: true, note: HOSTILE });
    const answer = await callApp('GET', `/api/compliance/breaches/${id}/report?format=html`, { as: admin });
    const html = String(answer.body);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/,
    );
    expect(answer.headers.get('content-disposition')).toBe(`inline; filename="breach-${id}-gdpr.html"`);
    expect(
      html.match(/&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt; &amp; &quot;&#39;&lt;\/style&gt;/g)?.length,
    ).toBeGreaterThan(7);
    expect(html).not.toMatch(/<(img|script)|onerror="|\u202e/);
    // Nothing from elsewhere: no link, picture or script, and one style of ours.
    expect(html).not.toMatch(/\b(src|href|url)\s*[=(]\s*["']?(https?:)?\/\//);
    const tags = [...html.matchAll(/<([a-z0-9]+)/g)].map(([, tag]) => tag);
    expect([...new Set(tags)].sort()).toEqual([
      ...['body', 'dd', 'dl', 'dt', 'footer', 'h1', 'h2', 'head', 'html', 'meta', 'p', 'section', 'style', 'table'],
      ...['tbody', 'td', 'th', 'thead', 'title', 'tr'],
    ]);
    expect(html).toContain('Register entry');
    expect(html).toContain('GDPR Art. 33(1)');
  });

  it('warns on its first page of what is missing', async () => {
    const id = await open();
    const { body } = await callApp('GET', `/api/compliance/breaches/${id}/report?format=html`, { as: admin });
    expect(body).toContain('The register does not say yet: Time; Nature of the breach;');
    expect((await call('GET', `breaches/${id}/report?format=pdf`)).status).toBe(400);
  });
});

describe('templates', () => {
  const TEXT = {
    name: 'First letter',
    purpose: 'breach_authority',
    subject: 'On {{title}}',
    body: 'Known at {{awareAt}}.',
  };

  it('are written, changed from their version, listed and deleted, and audited', async () => {
    const made = await call('POST', 'templates', TEXT);
    expect([made.status, made.body]).toMatchObject([201, { ...TEXT, version: 1 }]);
    const { id } = made.body;
    const changed = await call('PUT', `templates/${id}`, { ...TEXT, name: 'Second', version: 1 });
    expect(changed.body).toMatchObject({ name: 'Second', version: 2 });
    const overtaken = await call('PUT', `templates/${id}`, { ...TEXT, version: 1 });
    expect([overtaken.status, overtaken.body.code, overtaken.body.version]).toEqual([409, 'template_changed', 2]);
    expect((await call('GET', 'templates')).body.items.map((one: { id: string }) => one.id)).toContain(id);
    expect((await call('DELETE', `templates/${id}`)).status).toBe(204);
    expect((await call('DELETE', `templates/${id}`)).status).toBe(404);
    expect((await call('PUT', `templates/${id}`, { ...TEXT, version: 2 })).status).toBe(404);
    expect((await auditOf(id)).map(({ action }) => action)).toEqual([
      'template.create',
      'template.change',
      'template.delete',
    ]);
  });

  it.each<[string, object, string, string]>([
    ['a placeholder that nobody fills', { body: 'x {{password}}' }, '/body', 'character 3'],
    ['one of another purpose', { subject: '{{userId}}' }, '/subject', 'there is no {{userId}}'],
    ['a block without an end', { body: '{{#if title}}x' }, '/body', 'has no {{/if}}'],
    ['a purpose that there is not', { purpose: 'greeting' }, '/purpose', 'must be one of'],
  ])('are refused with %s', async (_, more, pointer, reason) => {
    const { status, body } = await call('POST', 'templates', { ...TEXT, ...more });
    expect([status, body.errors[0]]).toMatchObject([400, { pointer, reason: expect.stringContaining(reason) }]);
  });

  it('are filled in with what is known of a breach', async () => {
    const id = await open({ awareAtMs: Date.UTC(2026, 0, 2, 3, 4, 5), detectedAtMs: 1 });
    const templateId = await writeTemplate(TEXT);
    expect((await call('GET', `breaches/${id}/communications/draft?template=${templateId}`)).body).toEqual({
      subject: 'On Backup left open',
      body: 'Known at 2026-01-02 04:04:05 UTC+01:00 (Europe/Brussels).',
    });
    expect((await call('GET', `breaches/${id}/communications/draft`)).status).toBe(400);
    expect((await call('GET', `breaches/${id}/communications/draft?template=tpl_none`)).status).toBe(404);
  });

  it('are filled in with what is known of a request for deletion, and not with those of a breach', async () => {
    const { id: projectId } = await createProject();
    const id = await askDeletion(projectId, { userIds: ['u-17'], graceDays: 7 });
    const ofRequest = await writeTemplate({
      purpose: 'acknowledge',
      subject: '{{requestId}}',
      body: 'Until {{deadlineAt}}',
    });
    const draft = await call('GET', `deletions/${id}/communications/draft?template=${ofRequest}`);
    expect(draft.body).toEqual({ subject: id, body: expect.stringMatching(/^Until \d{4}-\d\d-\d\d 23:59:59 UTC/) });
    const ofBreach = await writeTemplate();
    const wrong = await call('GET', `deletions/${id}/communications/draft?template=${ofBreach}`);
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([400, '/template']);
  });
});

describe('the log of communication', () => {
  const SAID = {
    recipient: 'ann@example.com',
    channel: 'email',
    subject: 'What happened',
    body: 'We lost a backup of yours.',
  };

  it('keeps what was said to whom, in its order, of breaches and of requests for deletion', async () => {
    const { id: projectId } = await createProject();
    for (const base of [
      `breaches/${await open()}`,
      `deletions/${await askDeletion(projectId, { userIds: ['u-18'], graceDays: 7 })}`,
    ]) {
      const second = await call('POST', `${base}/communications`, SAID);
      expect([second.status, second.body]).toMatchObject([201, { ...SAID, by: admin.userId, templateId: null }]);
      await call('POST', `${base}/communications`, { ...SAID, channel: 'phone', atMs: 1_000 });
      const { items, nextCursor } = (await call('GET', `${base}/communications?limit=1`)).body;
      expect(items).toMatchObject([{ channel: 'phone', atMs: 1_000 }]);
      const next = await call('GET', `${base}/communications?limit=1&cursor=${nextCursor}`);
      expect(next.body).toMatchObject({ items: [{ id: second.body.id }], nextCursor: null });
    }
  });

  it('is refused a time to come, a template that there is not, and words for nobody', async () => {
    const base = `breaches/${await open()}/communications`;
    expect((await call('POST', base, { ...SAID, atMs: Date.now() + HOUR_MS })).status).toBe(400);
    expect((await call('POST', base, { ...SAID, templateId: 'tpl_none' })).status).toBe(404);
    expect((await call('POST', base, { ...SAID, recipient: ' ' })).status).toBe(400);
    expect((await call('POST', 'breaches/brc_none/communications', SAID)).status).toBe(404);
  });

  it('does not change, whatever is said to the database, and puts no words of a person into the trail', async () => {
    const id = await open();
    const { body } = await call('POST', `breaches/${id}/communications`, SAID);
    for (const sql of [
      `UPDATE communications SET body = 'x' WHERE id = ?1`,
      'DELETE FROM communications WHERE id = ?1',
      'INSERT OR REPLACE INTO communications SELECT * FROM communications WHERE id = ?1',
      `UPDATE OR REPLACE communications SET id = 'com_x' WHERE id = ?1`,
    ])
      await expect(env.DB.prepare(sql).bind(body.id).run()).rejects.toThrow(/what was said|rows of critical tables/);
    const [change] = await changesOf('communications', id);
    expect(change?.new_values).toMatchObject({
      recipient: '[redacted]',
      subject: '[redacted]',
      body: '[redacted]',
      channel: 'email',
    });
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: 'communication.add',
      detail: { communication: body.id },
    });
    expect(JSON.stringify(await auditOf(id))).not.toMatch(/ann@|backup of yours/);
  });
});

describe('reminders', () => {
  const told = async (id: string) =>
    (
      await env.DB.prepare(
        `SELECT id, kind, severity, title, path FROM notices WHERE id LIKE '%' || ?1 || '%' ORDER BY id`,
      )
        .bind(id)
        .all<{ id: string; kind: string; severity: string; title: string; path: string }>()
    ).results;

  it('come before each deadline and once when it has passed, also after days in which nobody ran, each once', async () => {
    const nowMs = Date.now();
    const id = await open({ detectedAtMs: nowMs - 2_000, awareAtMs: nowMs - 1_000 });
    const at = (hours: number) =>
      testCtx({ nowMs: nowMs + hours * HOUR_MS, actor: { kind: 'system', job: 'breach_clocks' } });
    await tellClocks(at(1));
    expect(await told(id)).toEqual([]);
    await tellClocks(at(24));
    await tellClocks(at(24));
    expect((await told(id)).map((notice) => notice.id)).toEqual([
      `breach.deadline/${id}/gdpr.authority_72h/${48 * HOUR_MS}`,
    ]);
    await tellClocks(at(30 * 24));
    await tellClocks(at(31 * 24));
    const all = await told(id);
    expect(all.map(({ kind, severity, path }) => [kind, severity, path])).toEqual([
      ...[1, 2, 3, 4].map(() => ['breach.deadline', 'warning', `/compliance/breaches/${id}`]),
      ['breach.overdue', 'critical', `/compliance/breaches/${id}`],
    ]);
    expect(all.at(-1)?.title).toContain('Notify the supervisory authority: was due at');
  });

  it('come no more once the duty is answered', async () => {
    const nowMs = Date.now();
    const id = await open({ regimeIds: ['dpdp'] });
    for (const clock of ['board_at_once', 'affected_at_once', 'board_72h'])
      await call('POST', `breaches/${id}/clocks/dpdp.${clock}`, { doneAtMs: nowMs });
    await tellClocks(testCtx({ nowMs: nowMs + 100 * HOUR_MS }));
    expect(await told(id)).toEqual([]);
  });

  it('say at once what is due at once', async () => {
    const id = await open({ regimeIds: ['dpdp'] });
    await tellClocks(testCtx());
    expect((await told(id)).map((notice) => notice.id)).toEqual([
      `breach.overdue/${id}/dpdp.affected_at_once`,
      `breach.overdue/${id}/dpdp.board_at_once`,
    ]);
  });
});

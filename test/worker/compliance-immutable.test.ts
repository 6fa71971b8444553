import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInAs } from '../helpers/worker/accounts.ts';
import { compliance, newBreach } from '../helpers/worker/breaches.ts';
import type { SignedIn } from '../helpers/worker/call-app.ts';
import { changesOf } from '../helpers/worker/context.ts';

let admin: SignedIn;
let id: string;
let resolvedId: string;

const sql = (text: string) => env.DB.prepare(text).run();

beforeAll(async () => {
  admin = await signInAs('admin');
  id = (await compliance(admin, 'POST', 'breaches', newBreach())).body.id;
  resolvedId = (await compliance(admin, 'POST', 'breaches', newBreach())).body.id;
  const clock = `breaches/${resolvedId}/clocks/gdpr.authority_72h`;
  await compliance(admin, 'POST', clock, { notNeeded: true, note: 'No risk' });
  await compliance(admin, 'POST', `breaches/${resolvedId}/resolve`, { version: 2, resolution: 'Over' });
});

describe('at the console', () => {
  it.each<[string, (id: string) => string]>([
    [
      'when a breach became known',
      (breach) => `UPDATE breaches SET aware_at_ms = aware_at_ms + 1 WHERE id = '${breach}'`,
    ],
    ['when it was detected', (breach) => `UPDATE breaches SET detected_at_ms = 1 WHERE id = '${breach}'`],
    ['its id', (breach) => `UPDATE OR REPLACE breaches SET id = 'brc_other' WHERE id = '${breach}'`],
    ['that it is there', (breach) => `DELETE FROM breaches WHERE id = '${breach}'`],
    ['the whole row', (breach) => `INSERT OR REPLACE INTO breaches SELECT * FROM breaches WHERE id = '${breach}'`],
    [
      'the row by way of a conflict',
      (breach) =>
        `INSERT INTO breaches SELECT * FROM breaches WHERE id = '${breach}' ON CONFLICT (id) DO UPDATE SET aware_at_ms = 5`,
    ],
    [
      'when a duty is due',
      (breach) => `UPDATE breach_clocks SET due_at_ms = due_at_ms + 1 WHERE breach_id = '${breach}'`,
    ],
    [
      'which law a clock is of',
      (breach) => `UPDATE breach_clocks SET regime_version = 9 WHERE breach_id = '${breach}'`,
    ],
    ['that a clock is there', (breach) => `DELETE FROM breach_clocks WHERE breach_id = '${breach}'`],
    [
      'a clock as a whole',
      (breach) => `INSERT OR REPLACE INTO breach_clocks SELECT * FROM breach_clocks WHERE breach_id = '${breach}'`,
    ],
  ])('nobody changes %s', async (_, statement) => {
    await expect(sql(statement(id))).rejects.toThrow(/is not (changed|deleted)|are not replaced|keep their keys/);
  });

  it.each<[string, (id: string) => string]>([
    [
      'reopens it',
      (breach) => `UPDATE breaches SET state = 'open', resolved_at_ms = NULL, resolution = NULL WHERE id = '${breach}'`,
    ],
    ['changes its facts', (breach) => `UPDATE breaches SET facts = '{}' WHERE id = '${breach}'`],
    [
      'changes what was said of a clock',
      (breach) => `UPDATE breach_clocks SET note = 'x' WHERE breach_id = '${breach}'`,
    ],
    [
      'adds a clock',
      (breach) =>
        `INSERT INTO breach_clocks SELECT breach_id, 'x.y', 'x', 1, 'l', 'authority', 's', 1, '[]', 0, NULL, 0, NULL, NULL, NULL FROM breach_clocks WHERE breach_id = '${breach}'`,
    ],
  ])('nobody %s once a breach is resolved', async (_, statement) => {
    await expect(sql(statement(resolvedId))).rejects.toThrow(
      /is not (changed|deleted)|are not replaced|keep their keys/,
    );
  });

  it('what is changed of a breach is seen, as of the console', async () => {
    await sql(`UPDATE breaches SET title = 'Nothing happened' WHERE id = '${id}'`);
    const change = (await changesOf('breaches', id)).at(-1);
    expect(change).toMatchObject({ actor_kind: 'console', operation: 'update' });
    expect([change?.old_values?.title, change?.new_values?.title]).toEqual(['Backup left open', 'Nothing happened']);
    const { results } = await env.DB.prepare('SELECT kind, severity FROM notices WHERE id = ?1')
      .bind(`audit.console_write/${change?.seq}`)
      .all();
    expect(results).toEqual([{ kind: 'audit.console_write', severity: 'critical' }]);
  });

  it('what the program changes is of who asked for it', async () => {
    const changes = [...(await changesOf('breaches', resolvedId)), ...(await changesOf('breach_clocks', resolvedId))];
    expect(changes.map(({ actor_kind, actor_id }) => [actor_kind, actor_id])).toEqual(
      changes.map(() => ['user', admin.userId]),
    );
    expect(changes.map(({ table_name, operation }) => `${table_name} ${operation}`)).toEqual([
      ...['breaches insert', 'breaches update', 'breaches update', 'breach_clocks insert', 'breach_clocks update'],
    ]);
  });
});

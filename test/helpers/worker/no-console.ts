import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect } from 'vitest';

export async function count(sql: string, ...values: unknown[]): Promise<number> {
  return Number(
    await env.DB.prepare(sql)
      .bind(...values)
      .first('n'),
  );
}

/** Of the newest entry before the program wrote. */
export let fromSeq = 0;

/** From here on it is the program that writes, and no longer the test. */
export async function programWrites(): Promise<void> {
  fromSeq = await count('SELECT coalesce(max(seq), 0) AS n FROM audit');
  await env.DB.prepare('DELETE FROM notices').run();
}

/** For a whole file: no part of the program writes a critical table, or the trail, without saying who acts. Its entries would be those of a console. */
export function noEntryOfAConsole(): void {
  beforeEach(programWrites);
  afterEach(async () => {
    const { results } = await env.DB.prepare(
      `SELECT action, target FROM audit WHERE seq > ?1 AND actor_kind = 'console' ORDER BY seq LIMIT 5`,
    )
      .bind(fromSeq)
      .all();
    expect(results).toEqual([]);
    const told = env.DB.prepare(`SELECT id, title, detail FROM notices WHERE kind = 'audit.console_write'`);
    expect((await told.all()).results).toEqual([]);
  });
}

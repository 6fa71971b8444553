import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOOKKEEPING, CRITICAL_TABLES, REDACTED, WORK_LISTS } from '../helpers/critical-tables.ts';
import { argumentsOf, callsIn, columnsOf } from '../helpers/worker/trigger-sql.ts';

interface Trigger {
  name: string;
  table: string;
  sql: string;
  /** `WHEN` without its word; null where there is none. */
  when: string | null;
  /** Of what it writes to audit_changes. */
  operation: string;
  target: string;
  oldValues: string;
  newValues: string;
}

const columns: Record<string, string[]> = {};
let triggers: Trigger[];

beforeAll(async () => {
  const { results } = await env.DB.prepare(
    `SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%INSERT INTO audit_changes%'`,
  ).all<{ name: string; tbl_name: string; sql: string }>();
  triggers = results.map(({ name, tbl_name: table, sql }) => {
    const [, when, values = ''] =
      /\bON \w+\s+(?:WHEN([\s\S]*?))?BEGIN\s+INSERT INTO audit_changes VALUES \(([\s\S]*)\);\s*END;?$/.exec(sql) ?? [];
    const [, operation = '', target = '', , oldValues = '', newValues = ''] = argumentsOf(values);
    return { name, table, sql, when: when?.trim() ?? null, operation, target, oldValues, newValues };
  });
  for (const { table } of triggers) {
    const { results: info } = await env.DB.prepare('SELECT name FROM pragma_table_info(?1)')
      .bind(table)
      .all<{ name: string }>();
    columns[table] = info.map(({ name }) => name);
  }
});

const of = (table: string) => triggers.filter((trigger) => trigger.table === table);

describe('the triggers of critical tables', () => {
  it('are there for each of them, and for each operation once', () => {
    const found = triggers.map(({ table, operation }) => `${table} ${operation}`).sort();
    const wanted = CRITICAL_TABLES.flatMap((table) => ['delete', 'insert', 'update'].map((one) => `${table} '${one}'`));
    expect(found).toEqual(wanted.sort());
    for (const { sql, table, operation } of triggers)
      expect(sql).toMatch(new RegExp(`AFTER ${operation.replaceAll("'", '').toUpperCase()} ON ${table}\\b`));
  });

  it.each(CRITICAL_TABLES)('of %s write every column that the table has, and secrets as nothing but that', (table) => {
    const redacted = REDACTED[table] ?? [];
    for (const { operation, oldValues, newValues } of of(table)) {
      const sides = { old: oldValues, new: newValues };
      for (const side of ['old', 'new'] as const) {
        if (operation === { old: "'insert'", new: "'delete'" }[side]) {
          expect(sides[side]).toBe('NULL');
          continue;
        }
        const written = columnsOf(sides[side]);
        expect([...written.keys()].sort()).toEqual([...(columns[table] ?? [])].sort());
        for (const [column, value] of written) {
          if (redacted.includes(column)) expect(value).toContain("'[redacted]'");
          else expect([`${side}.${column}`, `json(${side}.${column})`]).toContain(value);
        }
      }
    }
  });

  it.each(CRITICAL_TABLES)('of %s pass over nothing but what is listed as bookkeeping of the program', (table) => {
    const passedOver = BOOKKEEPING[table];
    for (const { operation, when } of of(table)) {
      if (WORK_LISTS.includes(table)) expect(when).toBe('NOT EXISTS (SELECT 1 FROM audit_context)');
      else if (operation !== "'update'" || passedOver === undefined) expect(when).toBeNull();
      else {
        const [, before = '', after = ''] =
          /^\(([^)]*)\) IS NOT\s+\(([^)]*)\)\s+OR NOT EXISTS \(SELECT 1 FROM audit_context\)$/.exec(when ?? '') ?? [];
        const watched = (columns[table] ?? []).filter((column) => !passedOver.includes(column)).sort();
        expect(argumentsOf(before).sort()).toEqual(watched.map((column) => `old.${column}`));
        expect(argumentsOf(after).sort()).toEqual(watched.map((column) => `new.${column}`));
      }
    }
  });

  it('redact every column of which the name says that it is secret', () => {
    const secret = Object.entries(columns).flatMap(([table, names]) =>
      names
        .filter((name) => /hash|secret|superseded|token|password/.test(name))
        .map((name): [string, string] => [table, name]),
    );
    expect(secret.length).toBeGreaterThan(5);
    for (const [table, name] of secret) expect(REDACTED[table], table).toContain(name);
  });

  it('call no function with more than the 32 arguments that D1 takes', async () => {
    const calls = triggers.flatMap(({ sql }) => callsIn(sql));
    expect(calls.length).toBeGreaterThan(100);
    expect(calls.filter(({ name, args }) => name !== 'VALUES' && args.length > 32)).toEqual([]);
  });

  it.each(CRITICAL_TABLES)('of %s stand beside those that keep REPLACE and other keys out', async (table) => {
    const { results } = await env.DB.prepare(
      `SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 AND sql LIKE '%RAISE(ABORT%' ORDER BY name`,
    )
      .bind(table)
      .all<{ sql: string }>();
    const { results: key } = await env.DB.prepare('SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk')
      .bind(table)
      .all<{ name: string }>();
    const names = key.map(({ name }) => name);
    const insert = results.find(({ sql }) => sql.includes(`BEFORE INSERT ON ${table}`))?.sql ?? '';
    const update = results.find(({ sql }) => /BEFORE UPDATE OF /.test(sql))?.sql ?? '';
    const moved = /BEFORE UPDATE OF ([^\n]*) ON/.exec(update)?.[1] ?? '';
    expect(argumentsOf(moved)).toEqual(expect.arrayContaining(names));
    for (const name of names) {
      expect(insert).toContain(`new.${name}`);
      expect(update).toContain(`new.${name}`);
    }
    // What else is unique can be replaced too.
    const { results: unique } = await env.DB.prepare(
      `SELECT i.name AS name FROM pragma_index_list(?1) l, pragma_index_info(l.name) i WHERE l."unique" = 1 AND l.origin <> 'pk'`,
    )
      .bind(table)
      .all<{ name: string }>();
    for (const { name } of unique) {
      expect(insert).toContain(`${name} = new.${name}`);
      expect(argumentsOf(moved)).toContain(name);
    }
  });
});

import type { PageRequest } from '../../shared/page.ts';
import type { CommunicationTemplate } from '../../wire/compliance.ts';
import { BUILT_IN_TEMPLATES } from './built-in.ts';
import type { Purpose } from './placeholders.ts';

export interface StoredTemplate extends CommunicationTemplate {
  createdAtMs: number;
}

interface Row {
  id: string;
  name: string;
  purpose: Purpose;
  subject: string;
  body: string;
  version: number;
  created_at_ms: number;
  changed_at_ms: number;
}

const COLUMNS = 'id, name, purpose, subject, body, version, created_at_ms, changed_at_ms';

/** Built-in ones come first: they were there before all others. One more than the page holds, see shared/page.ts. */
export async function listTemplateRows(db: D1Database, { limit, after }: PageRequest): Promise<StoredTemplate[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM compliance_templates WHERE (created_at_ms, id) > (?1, ?2) ORDER BY created_at_ms, id LIMIT ?3`,
    )
    .bind(after.atMs, after.id, limit + 1)
    .all<Row>();
  const builtIn = BUILT_IN_TEMPLATES.filter(
    ({ id, createdAtMs: atMs }) => atMs > after.atMs || (atMs === after.atMs && id > after.id),
  ).sort((a, b) => (a.id < b.id ? -1 : 1));
  return [...builtIn, ...results.map(templateOfRow)].slice(0, limit + 1);
}

export async function findTemplate(db: D1Database, id: string): Promise<StoredTemplate | null> {
  const builtIn = BUILT_IN_TEMPLATES.find((template) => template.id === id);
  if (builtIn) return builtIn;
  const row = await db.prepare(`SELECT ${COLUMNS} FROM compliance_templates WHERE id = ?1`).bind(id).first<Row>();
  return row && templateOfRow(row);
}

/** Does nothing where there are `most` already. */
export function insertTemplate(
  db: D1Database,
  template: StoredTemplate,
  by: string,
  most: number,
): D1PreparedStatement {
  const { id, name, purpose, subject, body, version, createdAtMs, changedAtMs } = template;
  return db
    .prepare(
      `INSERT INTO compliance_templates (${COLUMNS}, changed_by) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
       WHERE (SELECT count(*) FROM compliance_templates) < ?10`,
    )
    .bind(id, name, purpose, subject, body, version, createdAtMs, changedAtMs, by, most);
}

/** The next version. Does nothing where the one before it is not the newest any more. */
export function saveTemplate(db: D1Database, template: StoredTemplate, by: string): D1PreparedStatement {
  const { id, name, purpose, subject, body, version, changedAtMs } = template;
  return db
    .prepare(
      `UPDATE compliance_templates SET name = ?3, purpose = ?4, subject = ?5, body = ?6, version = ?2, changed_at_ms = ?7, changed_by = ?8
       WHERE id = ?1 AND version = ?2 - 1`,
    )
    .bind(id, version, name, purpose, subject, body, changedAtMs, by);
}

export function deleteTemplateRow(db: D1Database, id: string): D1PreparedStatement {
  return db.prepare('DELETE FROM compliance_templates WHERE id = ?1').bind(id);
}

function templateOfRow(row: Row): StoredTemplate {
  const { created_at_ms: createdAtMs, changed_at_ms: changedAtMs, ...rest } = row;
  return { ...rest, builtIn: false, createdAtMs, changedAtMs };
}

import type { Ctx } from '../env.ts';
import type { Notice } from '../wire/jobs.ts';

/** `id` is of the fact: said again it changes nothing. `detail` holds no secret and nothing of an end user. */
export type NewNotice = Pick<Notice, 'id' | 'kind' | 'severity' | 'title' | 'detail' | 'path'>;

/** For the same `DB.batch` as what it tells of. */
export function noticeStatement(ctx: Ctx, notice: NewNotice): D1PreparedStatement {
  const { id, kind, severity, title, detail, path } = notice;
  return ctx.env.DB.prepare(
    'INSERT OR IGNORE INTO notices (id, kind, severity, title, detail, path, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)',
  ).bind(id, kind, severity, title, JSON.stringify(detail), path, ctx.nowMs);
}

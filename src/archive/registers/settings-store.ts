import {
  type ArchiveSettings,
  DEFAULT_HOT_DAYS,
  DEFAULT_INFREQUENT_AFTER_DAYS,
  DEFAULT_RETENTION_DAYS,
} from '../../wire/archive.ts';

const DEFAULTS: ArchiveSettings = {
  hotDays: DEFAULT_HOT_DAYS,
  retentionDays: DEFAULT_RETENTION_DAYS,
  retentionDaysByStream: {},
  infrequentAfterDays: DEFAULT_INFREQUENT_AFTER_DAYS,
  warehouse: false,
};

export interface ProjectSettings {
  projectId: string;
  settings: ArchiveSettings;
}

/** What is stored was complete when it was; a setting that came later has its default. */
const parse = (text: string | null): ArchiveSettings => ({
  ...DEFAULTS,
  ...(text === null ? {} : (JSON.parse(text) as ArchiveSettings)),
});

/** Of one project, or of all; also those that have changed none. `sizeBytes`: of the database. */
export async function readAllSettings(
  db: D1Database,
  projectId: string | null,
): Promise<{ projects: ProjectSettings[]; sizeBytes: number }> {
  const { results, meta } = await db
    .prepare(
      `SELECT p.id, s.settings FROM projects p LEFT JOIN archive_settings s ON s.project_id = p.id
       WHERE ?1 IS NULL OR p.id = ?1 ORDER BY p.id`,
    )
    .bind(projectId)
    .all<{ id: string; settings: string | null }>();
  const projects = results.map(({ id, settings }) => ({ projectId: id, settings: parse(settings) }));
  return { projects, sizeBytes: meta.size_after ?? 0 };
}

export async function readSettings(
  db: D1Database,
  projectId: string,
): Promise<{ settings: ArchiveSettings; sizeBytes: number }> {
  const { results, meta } = await db
    .prepare('SELECT settings FROM archive_settings WHERE project_id = ?1')
    .bind(projectId)
    .all<{ settings: string }>();
  return { settings: parse(results[0]?.settings ?? null), sizeBytes: meta.size_after ?? 0 };
}

/** Changes nothing where they are so already. */
export function saveSettingsStatement(
  db: D1Database,
  projectId: string,
  settings: ArchiveSettings,
  { nowMs, by }: { nowMs: number; by: string },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO archive_settings AS s (project_id, settings, version, changed_at_ms, changed_by) VALUES (?1, ?2, 1, ?3, ?4)
       ON CONFLICT (project_id) DO UPDATE SET settings = excluded.settings, version = s.version + 1,
         changed_at_ms = excluded.changed_at_ms, changed_by = excluded.changed_by WHERE s.settings <> excluded.settings`,
    )
    .bind(projectId, JSON.stringify(settings), nowMs, by);
}

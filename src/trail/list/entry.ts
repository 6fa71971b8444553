import type { AuditActorKind, AuditChange, AuditEntry, AuditOperation } from '../../wire/audit.ts';
import type { JsonObject } from '../../wire/record.ts';
import type { NamedRow } from './list-store.ts';

export function entryOf(row: NamedRow, sealedSize: number): AuditEntry {
  const change: AuditChange | null =
    row.table_name === null
      ? null
      : {
          table: row.table_name,
          operation: row.operation as AuditOperation,
          oldValues: objectOf(row.old_values),
          newValues: objectOf(row.new_values),
        };
  return {
    seq: row.seq,
    kind: change === null ? 'action' : 'change',
    atMs: row.at_ms,
    actorKind: row.actor_kind as AuditActorKind,
    actorId: row.actor_id,
    actorName: row.actorName,
    action: row.action,
    target: row.target,
    projectId: row.project_id,
    requestId: row.request_id,
    address: row.address,
    detail: objectOf(row.detail) ?? {},
    change,
    sealed: row.seq <= sealedSize,
  };
}

/** What was written past the program need not be an object; it is shown as what it is. */
function objectOf(text: string | null): JsonObject | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  return { text };
}

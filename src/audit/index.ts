export { type AuditEntry, actorId, auditIfChanged, auditStatement } from './statement.ts';

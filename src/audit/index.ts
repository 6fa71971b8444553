export { actorId, auditIfChanged, auditStatement } from './statement.ts';

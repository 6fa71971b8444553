export { auditedBatch } from './batch.ts';
export { actorId, auditIfChanged, auditStatement } from './statement.ts';
export { type AccountEvent, listAccountEvents } from './store.ts';

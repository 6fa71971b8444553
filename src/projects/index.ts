export { deploymentAccess, mayAdminister, type ProjectAction, projectAccess, readableProjects } from './access.ts';
export { type ProjectError, projectProblem } from './errors.ts';
export { verifyKey } from './key.ts';
export { namedProject, wholeNamedProject } from './named-project.ts';
export { reconcileRevocations } from './reconcile.ts';
export { presentedKey } from './resolve-actor.ts';
export { identify, projectRoutes } from './routes.ts';
export { allProjectIds, keyQuotas, sampleProjects, unknownProjects } from './store.ts';
export type { KeyClaims, KeyRevocationPort, Project, Scope } from './types.ts';

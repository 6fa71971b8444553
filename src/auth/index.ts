export { authenticateCookie, sessionEndsAtMs } from './authenticate.ts';
export { cleanupExpired } from './cleanup.ts';
export { readSessionCookie } from './cookies.ts';
export { verifyCsrf } from './csrf.ts';
export { type AuthError, authProblem } from './errors.ts';
export { hasRole, requireRole } from './guard.ts';
export { authRoutes } from './routes.ts';
export type { AuthPorts } from './types.ts';
export { userRoutes } from './user-routes.ts';

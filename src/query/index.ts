export { cleanQueryCache } from './cached.ts';
export { type CompiledQuery, compileQuery } from './compile.ts';
export type { QueryError } from './language/ast.ts';
export { queryRoutes } from './routes.ts';

export { cleanQueryCache } from './cached.ts';
export { compileQuery } from './compile.ts';
export { queryRoutes } from './routes.ts';

export { type CompiledQuery, compileQuery } from './compile.ts';
export type { QueryError } from './language/ast.ts';

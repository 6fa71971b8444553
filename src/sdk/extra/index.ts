export { login } from './login.ts';
export { startEtl } from './start-etl.ts';
export { subscribe } from './subscribe.ts';

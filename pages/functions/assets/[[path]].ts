export { onlyFiles as onRequest } from '../../proxy.ts';

export { passToWorker as onRequest } from '../../proxy.ts';

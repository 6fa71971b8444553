export { dohLookUp } from './doh.ts';
export { DestinationResolver } from './resolver.ts';

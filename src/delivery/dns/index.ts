export { dohLookUp } from './doh.ts';
export { DestinationResolver } from './resolver.ts';
export type { NameCheck, Resolver, SavedResolver } from './types.ts';

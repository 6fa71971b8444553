import type { PublicSuffixes } from './domain.ts';

export interface LintContext {
  /** Of the response that carries the line. */
  url: URL;
  /** The response belongs to a page of another site, and is no page itself: an image, a frame, a fetch. */
  thirdParty: boolean;
  nowMs: number;
  isPublicSuffix: PublicSuffixes;
}

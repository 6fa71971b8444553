import type { Extra } from './extra/context.ts';

/** Of the package: a part of its own, which the bundler of the page decides about. The script has load-extra-script.ts in place of this file. */
export const loadExtra = (_url: string): Promise<Extra> => {
  return import('./extra/index.ts');
};

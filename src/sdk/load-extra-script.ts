import type { Extra } from './extra/context.ts';

/** File name of the second part, with the hash of its content. */
declare const __EXTRA_FILE__: string;

export const loadExtra = (url: string): Promise<Extra> => {
  return import(/* @vite-ignore */ `${url}/api/js/${__EXTRA_FILE__}`);
};

import { Stop } from '../lib/stop.ts';
import { isObject } from '../start/api.ts';

export function textIn(value: unknown, name: string): string {
  const text = isObject(value) ? value[name] : undefined;
  if (typeof text !== 'string') throw new Stop(`The server's answer lacks "${name}": the demo project cannot be made.`);
  return text;
}

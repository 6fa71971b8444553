import type { Trace } from '../../../wire/trace.ts';

/** Colours there are (styles/trace.css); later services share them. The name stands beside each. */
const COLOURS = 6;

export function serviceClass(trace: Trace, service: string): string {
  return `service-${
    Math.max(
      0,
      trace.services.findIndex((one) => one.service === service),
    ) % COLOURS
  }`;
}

import type { JsonObject } from '../../src/wire/record.ts';
import type { DemoRecord } from './record.ts';
import { type Release, SHOP, type Visitor } from './visitors.ts';

export type Fault =
  | 'price-missing'
  | 'payment-failed'
  | 'fetch-failed'
  | 'chunk-missing'
  | 'node-gone'
  | 'quota'
  | 'foreign-script';

/** A line of a stack: function, file of the shop (or an address of somebody else's), line, column. */
type Frame = readonly [name: string, file: string, line: number, column: number];

interface Story {
  type: string;
  message: string;
  handled: boolean;
  mechanism: 'onerror' | 'unhandledrejection' | 'manual';
  frames: readonly Frame[];
}

const STORIES: Readonly<Record<Fault, Story>> = {
  'price-missing': {
    ...{ type: 'TypeError', handled: false, mechanism: 'onerror' },
    message: "Cannot read properties of undefined (reading 'price')",
    frames: [
      ['totalOf', 'checkout.js', 1, 24_513],
      ['Array.reduce', '<anonymous>', 0, 0],
      ['renderSummary', 'checkout.js', 1, 25_102],
      ['flush', 'vendor.js', 2, 88_410],
    ],
  },
  'payment-failed': {
    ...{ type: 'PaymentError', handled: true, mechanism: 'manual' },
    message: 'payment was not accepted: gateway_unavailable',
    frames: [
      ['confirm', 'checkout.js', 1, 31_877],
      ['onSubmit', 'checkout.js', 1, 32_240],
    ],
  },
  'fetch-failed': {
    ...{ type: 'TypeError', handled: false, mechanism: 'unhandledrejection' },
    message: 'Failed to fetch',
    frames: [
      ['request', 'app.js', 1, 9_204],
      ['loadStock', 'app.js', 1, 10_377],
    ],
  },
  'chunk-missing': {
    ...{ type: 'ChunkLoadError', handled: false, mechanism: 'unhandledrejection' },
    message: 'Loading chunk 417 failed.',
    frames: [
      ['e.f.j', 'vendor.js', 1, 1_204],
      ['openGallery', 'app.js', 1, 18_733],
    ],
  },
  'node-gone': {
    ...{ type: 'NotFoundError', handled: false, mechanism: 'onerror' },
    message: "Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node.",
    frames: [
      ['removeNode', 'vendor.js', 2, 41_950],
      ['unmount', 'vendor.js', 2, 42_288],
      ['closeBasket', 'app.js', 1, 15_020],
    ],
  },
  quota: {
    ...{ type: 'QuotaExceededError', handled: true, mechanism: 'manual' },
    message: "Failed to execute 'setItem' on 'Storage': Setting the value of 'basket' exceeded the quota.",
    frames: [['saveBasket', 'app.js', 1, 7_611]],
  },
  'foreign-script': {
    ...{ type: 'ReferenceError', handled: false, mechanism: 'onerror' },
    message: 'adsQueue is not defined',
    frames: [['push', 'https://tags.example/t.js', 3, 512]],
  },
};

/** What the shop's page sends of an error, with the stack as that browser writes it. */
export function errorOf(
  fault: Fault,
  { browser }: Visitor,
  { name: release }: Release,
  labels: Readonly<Record<string, string>>,
): Pick<DemoRecord, 'level' | 'type' | 'message' | 'attrs'> {
  const { type, message, handled, mechanism, frames } = STORIES[fault];
  const version = release.replace(/\W/g, '-');
  const placed = frames.map(([name, file, line, column]) => {
    const isOurs = /^\w+\.js$/.test(file);
    return [name, isOurs ? `https://${SHOP}/assets/${version}/${file}` : file, line, column] as const;
  });
  const isV8 = browser === 'Chrome' || browser === 'Edge';
  const lines = placed.map(([name, file, line, column]) => {
    const place = line === 0 ? file : `${file}:${line}:${column}`;
    return isV8 ? `    at ${name} (${place})` : `${name}@${line === 0 ? '[native code]' : place}`;
  });
  const stack = isV8 ? [`${type}: ${message}`, ...lines].join('\n') : lines.join('\n');
  const attrs: JsonObject = { stack, handled, mechanism, labels: { ...labels } };
  return { level: 'error', type, message, attrs };
}

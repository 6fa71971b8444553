import type { DataType } from '../../wire/etl.ts';
import { JsonExtractor } from './json.ts';
import type { Extractor } from './unit.ts';

export type { DataType } from '../../wire/etl.ts';
export type { Extracted, Extractor } from './unit.ts';

export function extractorFor(dataType: DataType): Extractor {
  switch (dataType) {
    case 'JSON':
    case 'TELEMETRY':
      return new JsonExtractor();
    default:
      return new JsonExtractor();
  }
}

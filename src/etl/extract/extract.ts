import type { DataType } from '../../wire/etl.ts';
import { BinaryExtractor } from './binary.ts';
import { JsonExtractor } from './json.ts';
import type { Extractor } from './unit.ts';
import { YamlExtractor } from './yaml.ts';

export type { DataType } from '../../wire/etl.ts';
export type { Extracted, Extractor } from './unit.ts';

/** The content type may say which binary format a body is in; without it the bytes do. */
export function extractorFor(dataType: DataType, contentType: string | null = null): Extractor {
  switch (dataType) {
    case 'JSON':
    case 'TELEMETRY':
      return new JsonExtractor();
    case 'BINARY':
      return new BinaryExtractor(contentType);
    case 'YAML':
      return new YamlExtractor();
  }
}

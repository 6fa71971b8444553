import { fromBase64, utf8 } from '../../shared/bytes.ts';
import type { DataType } from '../../wire/etl.ts';
import type { Json } from '../../wire/record.ts';
import { BinaryExtractor } from './binary.ts';
import { JsonExtractor } from './json.ts';
import { type Extracted, type Extractor, isTooDeep, TOO_DEEP, unitsOf } from './unit.ts';
import { YamlExtractor } from './yaml.ts';

/** The content type may say which binary format a body is in; without it the bytes do. */
export function extractorFor(dataType: DataType, contentType: string | null = null): Extractor {
  switch (dataType) {
    case 'JSON':
    case 'TELEMETRY':
      return new JsonExtractor();
    case 'YAML':
      return new YamlExtractor();
    case 'BINARY':
      return new BinaryExtractor(contentType);
  }
}

/**
 * The units of a `payload` that came inside a request's JSON: of JSON and TELEMETRY any value (an array is many units, a text is read as a
 * body would be), of YAML its text, of BINARY its base64 text.
 */
export function* extractPayload(dataType: DataType, payload: Json): Generator<Extracted> {
  if (typeof payload === 'string') {
    const bytes = dataType === 'BINARY' ? bytesOfBase64(payload) : utf8(payload);
    if (bytes === null) return yield { reason: 'a BINARY payload is base64 text', raw: payload };
    const extractor = extractorFor(dataType);
    yield* extractor.push(bytes);
    return yield* extractor.end();
  }
  if (dataType === 'YAML') return yield { reason: 'a YAML payload is text', raw: JSON.stringify(payload) };
  if (dataType === 'BINARY') return yield { reason: 'a BINARY payload is base64 text', raw: JSON.stringify(payload) };
  for (const unit of unitsOf(payload)) {
    if ('value' in unit && isTooDeep(unit.value)) yield { reason: TOO_DEEP, raw: '' };
    else yield unit;
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Either alphabet, padded or not, and line breaks, as the tools of this world write it. Null for other text. */
function bytesOfBase64(text: string): Uint8Array | null {
  const digits = text.replace(/\s+/g, '');
  return BASE64.test(digits) && digits.replace(/=+$/, '').length % 4 !== 1 ? fromBase64(digits) : null;
}

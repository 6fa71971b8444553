/** Data points as protobuf (metrics/v1/metrics.proto). */
import { type BucketFields, type ExemplarFields, newExemplar, newPoint, type PointFields } from './fields.ts';
import { jsonOfDouble } from './numbers.ts';
import { readDoubles, readFixed64s, readKeyValue, readUint64s } from './protobuf-values.ts';
import type { WireReader } from './wire-reader.ts';

/** Labels stand one level below the record's attributes. */
const LABEL_DEPTH = 2;
const EXEMPLAR_DEPTH = 4;

export function readNumberPoint(r: WireReader): PointFields {
  const end = r.messageEnd();
  const point = newPoint();
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x11:
        point.start = r.instant();
        break;
      case 0x19:
        point.time = r.instant();
        break;
      case 0x21:
        point.value = jsonOfDouble(r.double());
        break;
      case 0x2a:
        if (r.hasRoom()) point.exemplars.push(readExemplar(r));
        else r.skip(tag);
        break;
      case 0x31:
        point.value = r.sfixed64();
        break;
      case 0x3a:
        readKeyValue(r, point.labels, LABEL_DEPTH);
        break;
      case 0x40:
        point.flags = r.varint();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return point;
}

export function readHistogramPoint(r: WireReader): PointFields {
  const end = r.messageEnd();
  const point = newPoint();
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x11:
        point.start = r.instant();
        break;
      case 0x19:
        point.time = r.instant();
        break;
      case 0x21:
        point.count = r.fixed64();
        break;
      case 0x29:
        point.sum = jsonOfDouble(r.double());
        break;
      case 0x31:
      case 0x32:
        readFixed64s(r, tag, point.counts);
        break;
      case 0x39:
      case 0x3a:
        readDoubles(r, tag, point.bounds);
        break;
      case 0x42:
        if (r.hasRoom()) point.exemplars.push(readExemplar(r));
        else r.skip(tag);
        break;
      case 0x4a:
        readKeyValue(r, point.labels, LABEL_DEPTH);
        break;
      case 0x50:
        point.flags = r.varint();
        break;
      case 0x59:
        point.min = jsonOfDouble(r.double());
        break;
      case 0x61:
        point.max = jsonOfDouble(r.double());
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return point;
}

export function readExponentialPoint(r: WireReader): PointFields {
  const end = r.messageEnd();
  const point = newPoint();
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        readKeyValue(r, point.labels, LABEL_DEPTH);
        break;
      case 0x11:
        point.start = r.instant();
        break;
      case 0x19:
        point.time = r.instant();
        break;
      case 0x21:
        point.count = r.fixed64();
        break;
      case 0x29:
        point.sum = jsonOfDouble(r.double());
        break;
      case 0x30:
        point.scale = r.sint32();
        break;
      case 0x39:
        point.zeroCount = r.fixed64();
        break;
      case 0x42:
        readBuckets(r, point.positive);
        break;
      case 0x4a:
        readBuckets(r, point.negative);
        break;
      case 0x50:
        point.flags = r.varint();
        break;
      case 0x5a:
        if (r.hasRoom()) point.exemplars.push(readExemplar(r));
        else r.skip(tag);
        break;
      case 0x61:
        point.min = jsonOfDouble(r.double());
        break;
      case 0x69:
        point.max = jsonOfDouble(r.double());
        break;
      case 0x71:
        point.zeroThreshold = jsonOfDouble(r.double());
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return point;
}

export function readSummaryPoint(r: WireReader): PointFields {
  const end = r.messageEnd();
  const point = newPoint();
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x11:
        point.start = r.instant();
        break;
      case 0x19:
        point.time = r.instant();
        break;
      case 0x21:
        point.count = r.fixed64();
        break;
      case 0x29:
        point.sum = jsonOfDouble(r.double());
        break;
      case 0x32:
        if (r.hasRoom()) readQuantile(r, point);
        else r.skip(tag);
        break;
      case 0x3a:
        readKeyValue(r, point.labels, LABEL_DEPTH);
        break;
      case 0x40:
        point.flags = r.varint();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return point;
}

function readBuckets(r: WireReader, buckets: BucketFields): void {
  const end = r.messageEnd();
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x08) buckets.offset = r.sint32();
    else if (tag === 0x10 || tag === 0x12) readUint64s(r, tag, buckets.counts);
    else r.skip(tag);
  }
  r.close(end);
}

function readQuantile(r: WireReader, point: PointFields): void {
  const end = r.messageEnd();
  const at: PointFields['quantiles'][number] = { quantile: 0, value: 0 };
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x09) at.quantile = jsonOfDouble(r.double());
    else if (tag === 0x11) at.value = jsonOfDouble(r.double());
    else r.skip(tag);
  }
  r.close(end);
  point.quantiles.push(at);
}

function readExemplar(r: WireReader): ExemplarFields {
  const end = r.messageEnd();
  const exemplar = newExemplar();
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x11:
        exemplar.time = r.instant();
        break;
      case 0x19:
        exemplar.value = jsonOfDouble(r.double());
        break;
      case 0x22:
        exemplar.spanId = r.hex();
        break;
      case 0x2a:
        exemplar.traceId = r.hex();
        break;
      case 0x31:
        exemplar.value = r.sfixed64();
        break;
      case 0x3a:
        readKeyValue(r, exemplar.attributes, EXEMPLAR_DEPTH);
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return exemplar;
}

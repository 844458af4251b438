// ExportTraceServiceRequest in protobuf. The numbers are those of the fields in opentelemetry-proto; fields that are not
// named here are skipped, also those of a later version.

import { type FieldValue, ProtobufError, readFields } from './protobuf.js';
import {
  type AttributeValue,
  keepAttribute,
  type ReceivedResource,
  type ReceivedSpan,
  SPAN_STATUS_ERROR,
} from './trace-request.js';

/** Throws ProtobufError. */
export function decodeProtobufTraces(body: Buffer): ReceivedResource[] {
  const resources: ReceivedResource[] = [];
  readFields(body, (field, value) => {
    if (field === 1) resources.push(resourceSpans(message(value)));
  });
  return resources;
}

function resourceSpans(bytes: Buffer): ReceivedResource {
  const received: ReceivedResource = { attributes: {}, spans: [] };
  readFields(bytes, (field, value) => {
    if (field === 1) {
      readFields(message(value), (field, value) => {
        if (field === 1) attribute(message(value), received.attributes);
      });
    } else if (field === 2) {
      readFields(message(value), (field, value) => {
        if (field === 2) received.spans.push(span(message(value)));
      });
    }
  });
  return received;
}

function span(bytes: Buffer): ReceivedSpan {
  const received: ReceivedSpan = { traceId: '', spanId: '', parentSpanId: '', durationNs: 0, failed: false, code: {} };
  let [start, end] = [0n, 0n];
  readFields(bytes, (field, value) => {
    if (field === 1) received.traceId = message(value).toString('hex');
    else if (field === 2) received.spanId = message(value).toString('hex');
    else if (field === 4) received.parentSpanId = message(value).toString('hex');
    else if (field === 7) start = fixed64(value);
    else if (field === 8) end = fixed64(value);
    else if (field === 9) attribute(message(value), received.code, 'code.');
    else if (field === 15) {
      readFields(message(value), (field, value) => {
        if (field === 3) received.failed = value === SPAN_STATUS_ERROR;
      });
    }
  });
  received.durationNs = Number(end - start);
  return received;
}

/** KeyValue. */
function attribute(bytes: Buffer, kept: Record<string, AttributeValue>, prefix = ''): void {
  let key = '';
  let text: AttributeValue | null = null;
  readFields(bytes, (field, value) => {
    if (field === 1) key = message(value).toString();
    else if (field === 2 && key.startsWith(prefix)) {
      readFields(message(value), (field, value) => {
        if (field === 1) text = message(value).toString();
        else if (field === 3 && typeof value === 'number') text = value;
      });
    }
  });
  keepAttribute(kept, key, text, prefix);
}

function message(value: FieldValue): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new ProtobufError('a field has another type than it should');
}

function fixed64(value: FieldValue): bigint {
  if (typeof value === 'bigint') return value;
  throw new ProtobufError('a field has another type than it should');
}

// ExportTraceServiceRequest in JSON: protobuf's JSON mapping, with ids in hexadecimal and enums as numbers, as OTLP has
// it. What is missing counts as protobuf's default, and what has another type than it should as missing.

import { type AttributeValue, keepAttribute, type ReceivedResource, SPAN_STATUS_ERROR } from './trace-request.js';

type Json = Record<string, unknown>;

export function decodeJsonTraces(body: unknown): ReceivedResource[] {
  return list(record(body).resourceSpans).map((received) => ({
    attributes: attributes(record(received.resource).attributes),
    spans: list(received.scopeSpans).flatMap((scope) =>
      list(scope.spans).map((span) => ({
        traceId: text(span.traceId).toLowerCase(),
        spanId: text(span.spanId).toLowerCase(),
        parentSpanId: text(span.parentSpanId).toLowerCase(),
        durationNs: Number(nanoseconds(span.endTimeUnixNano) - nanoseconds(span.startTimeUnixNano)),
        failed: record(span.status).code === SPAN_STATUS_ERROR,
        code: attributes(span.attributes, 'code.'),
      })),
    ),
  }));
}

function attributes(value: unknown, prefix = ''): Record<string, AttributeValue> {
  const kept: Record<string, AttributeValue> = {};
  for (const { key, value: any } of list(value)) {
    const { stringValue, intValue } = record(any);
    const number = Number(intValue);
    const found =
      typeof stringValue === 'string' ? stringValue : intValue === undefined || Number.isNaN(number) ? null : number;
    keepAttribute(kept, text(key), found, prefix);
  }
  return kept;
}

/** A number, or text of one, as JSON holds 64 bits. */
function nanoseconds(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  return typeof value === 'number' && Number.isSafeInteger(Math.floor(value)) ? BigInt(Math.floor(value)) : 0n;
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

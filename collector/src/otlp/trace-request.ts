// What is read of an OTLP ExportTraceServiceRequest, the same from protobuf and from JSON: who sent it, and of each span
// its place in the trace, how long it took, whether it failed, and the attributes that name a function. The rest, names
// and attributes of spans included, is skipped and never kept. OpenTelemetry protocol 1.x, trace/v1/trace.proto.

export type AttributeValue = string | number;

export interface ReceivedSpan {
  /** Hexadecimal; spanId is its own within the trace. */
  traceId: string;
  spanId: string;
  /** '' for the first of a trace. */
  parentSpanId: string;
  /** End minus start, ns; negative where the sender's clock went back. */
  durationNs: number;
  /** Status code ERROR. */
  failed: boolean;
  /** Attributes whose key begins with "code.". */
  code: Record<string, AttributeValue>;
}

export interface ReceivedResource {
  /** Attributes of the resource that are texts or numbers. */
  attributes: Record<string, AttributeValue>;
  spans: ReceivedSpan[];
}

export const SPAN_STATUS_ERROR = 2;

/** Attributes that are kept of one resource or span; what is more is skipped. */
const ATTRIBUTES = 128;

export function keepAttribute(
  kept: Record<string, AttributeValue>,
  key: string,
  value: AttributeValue | null,
  prefix = '',
): void {
  if (value === null || !key.startsWith(prefix) || key === '__proto__') return;
  if (Object.keys(kept).length < ATTRIBUTES) kept[key] = value;
}

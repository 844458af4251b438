// OpenTelemetry's SDK with a batch processor and an exporter that throws away; benchWrap puts a span around each call
// of a function. The result of a generator function is its iterator: the span does not see the iteration.

const { trace } = require('@opentelemetry/api');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');

const exporter = {
  export: (_spans, done) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
};
new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }).register();
const tracer = trace.getTracer('bench');

globalThis.benchWrap = (name, wrapped) =>
  function (...args) {
    return tracer.startActiveSpan(name, (span) => {
      let result;
      try {
        result = wrapped.apply(this, args);
      } catch (error) {
        span.recordException(error);
        span.end();
        throw error;
      }
      if (typeof result?.then === 'function') result.then(end, end);
      else span.end();
      return result;

      function end() {
        span.end();
      }
    });
  };

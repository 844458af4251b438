// What the collector says of itself, for Prometheus. Counters and histograms are moved by who does the work; gauges are
// asked when somebody reads. Labels have few values, all of the collector's own: no service, token or path as sent.

import { readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own for each collector, so that several in one process do not count together. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `prodlens_${name}`, help, labelNames, registers });
  const seconds = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Histogram({ name: `prodlens_${name}`, help, labelNames, registers, buckets: SECONDS });

  const metrics = {
    registry,
    ingestWindows: counter('ingest_windows_total', 'Windows and batches that were made durable.', 'source'),
    ingestRows: counter('ingest_rows_total', 'Functions in them.', 'source'),
    ingestBytes: counter('ingest_bytes_total', 'Bytes received, unpacked.', 'source'),
    ingestLag: seconds('ingest_lag_seconds', 'From receipt of a window until it was durable.', 'source'),
    spans: counter('otlp_spans_total', 'Spans received over OTLP, by what became of them.', 'outcome'),
    requests: counter('http_requests_total', 'HTTP requests answered.', 'route', 'status'),
    questions: seconds('question_seconds', 'How long a question took to be answered.', 'question'),
    refused: counter('refused_total', 'What was refused, by the code of the reason.', 'code'),
    /** A number that is asked for when somebody reads; by label where `read` gives an object. */
    gauge(name: string, help: string, read: () => number | Record<string, number>, label = 'of'): void {
      new Gauge({
        name,
        help,
        registers,
        labelNames: [label],
        collect() {
          const value = read();
          this.reset();
          if (typeof value === 'number') this.set(value);
          else for (const [key, n] of Object.entries(value)) this.set({ [label]: key }, n);
        },
      });
    },
  };
  metrics.gauge('process_resident_memory_bytes', 'Resident set size.', () => process.memoryUsage.rss());
  metrics.gauge('process_cpu_seconds_total', 'Processor time of the collector.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return metrics;
}

/** The same questions, timed. */
export function timed<Questions extends object>(query: Questions, { questions }: Metrics): Questions {
  return Object.fromEntries(
    Object.entries(query).map(([question, ask]: [string, (...args: never[]) => Promise<unknown>]) => [
      question,
      (...args: never[]) => {
        const done = questions.startTimer({ question });
        return ask(...args).finally(done);
      },
    ]),
  ) as unknown as Questions;
}

/** Bytes of each file in the folder, and of each folder in it with all that is below. */
export function fileSizes(dataDir: string): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const path of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
    const entry = statSync(join(dataDir, path), { throwIfNoEntry: false });
    const [name] = path.split(sep);
    if (entry?.isFile()) sizes[name!] = (sizes[name!] ?? 0) + entry.size;
  }
  return sizes;
}

// Log lines that are written in a flow, kept only where that is asked for (PRODLENS_LOGS): of console, pino and winston.

import { lookLike } from '../load/function-text.js';
import { now } from '../measure/clock.js';
import { addEvent, currentFlow } from './current-flow.js';
import { handleProbes } from './probes.js';

const { apply } = Reflect;
const CONSOLE = ['debug', 'log', 'info', 'warn', 'error'] as const;

export function followLogs(): void {
  for (const level of CONSOLE) {
    const native = console[level];
    const method = {
      [level](this: unknown, ...values: unknown[]) {
        note('console', level, values);
        return apply(native, this, values);
      },
    }[level]!;
    console[level] = lookLike(native, method);
  }
  handleProbes({
    'pino.write': (logger, [object, message, level]) => {
      const labels = logger.levels?.labels;
      note('pino', String(labels?.[level] ?? level), message === undefined ? [object] : [object, message]);
    },
    'winston.write': (_logger, [info]) => note('winston', String(info?.level), [info]),
  });
}

function note(logger: string, level: string, values: readonly unknown[]): void {
  const flow = currentFlow();
  if (flow) addEvent(flow, { type: 'log', logger, level, values, startMs: now(), durationMs: 0 });
}

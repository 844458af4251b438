import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLog, readable } from './log.js';

/** What the steps write to stderr, line by line. */
function written(
  t: TestContext,
  level: string | undefined,
  json: boolean,
  steps: (log: ReturnType<typeof createLog>) => void,
) {
  const lines: string[] = [];
  const before = process.env.PRODLENS_LOG_LEVEL;
  if (level === undefined) delete process.env.PRODLENS_LOG_LEVEL;
  else process.env.PRODLENS_LOG_LEVEL = level;
  const write = t.mock.method(process.stderr, 'write', (line: string) => {
    lines.push(line);
    return true;
  });
  try {
    steps(createLog(json));
  } finally {
    write.mock.restore();
    if (before === undefined) delete process.env.PRODLENS_LOG_LEVEL;
    else process.env.PRODLENS_LOG_LEVEL = before;
  }
  return lines;
}

test('for machines each line of the log is an object, with what happened and its fields apart', (t) => {
  const lines = written(t, undefined, true, (log) => {
    log.info('not asked for');
    log.error({ err: new Error('broken'), service: 'orders' }, 'a window could not be stored');
  });
  assert.equal(lines.length, 1);
  const { level, time, msg, service, err } = JSON.parse(lines[0]!);
  assert.deepEqual(
    { level, msg, service, reason: err.message },
    {
      ...{ level: 50, msg: 'a window could not be stored', service: 'orders', reason: 'broken' },
    },
  );
  assert.ok(time > 0);
});

test('for people a line says when, how bad and what, whatever characters came from outside', (t) => {
  const lines = written(t, 'info', false, (log) => log.info({ service: 'a\nb' }, 'sensor \u001b[31m connected'));
  assert.match(lines.join(''), /^\d{4}-\d\d-\d\dT[\d:.]+Z info sensor \\u001b\[31m connected service="a\\nb"\n$/);
  assert.equal(readable('{"level":40,"time":0,"msg":"m"}'), '1970-01-01T00:00:00.000Z warn m\n');
});

test('a level that is none counts as not asked for', (t) => {
  assert.deepEqual(
    written(t, 'loud', true, (log) => log.info('not asked for')),
    [],
  );
  assert.deepEqual(
    written(t, 'silent', true, (log) => log.fatal('not asked for')),
    [],
  );
});

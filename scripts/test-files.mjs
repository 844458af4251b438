// Runs test files, each in a process of its own, by Node's own runner, and prints what failed in full.

import { run } from 'node:test';

const TEST_TIMEOUT_MS = 10 * 60_000;

/**
 * Runs the files (absolute paths). `note(text)` is told the test that ended last.
 * Resolves with { passed, failed, skipped: the name and reason of each }.
 */
export async function runTestFiles(files, { concurrency, note }) {
  const counts = { passed: 0, failed: 0, skipped: [] };
  const stream = run({ files, concurrency, timeout: TEST_TIMEOUT_MS });
  const printed = [];
  stream.on('test:pass', (test) => {
    if (test.details.type === 'suite') return;
    if (test.skip !== undefined || test.todo !== undefined) {
      counts.skipped.push(`${test.name}: ${test.skip || test.todo || 'no reason given'}`);
      return;
    }
    counts.passed++;
    note(test.name);
  });
  stream.on('test:fail', (test) => {
    // A suite or file fails with its tests, which are reported by themselves.
    if (test.details.type === 'suite' || test.details.error.failureType === 'subtestsFailed') return;
    counts.failed++;
    const { cause } = test.details.error;
    printed.push(
      `✗ ${test.name} (${test.file ?? ''}:${test.line ?? ''})\n${cause?.stack ?? cause ?? test.details.error.message}`,
    );
  });
  stream.on('test:stderr', ({ message }) => printed.push(message.trimEnd()));
  for await (const _ of stream);
  if (counts.failed > 0) process.stdout.write(`\n${printed.join('\n')}\n`);
  return counts;
}

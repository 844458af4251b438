// Captures on the other Nodes that are supported: the planted secrets, the walk over values, what triggers a capture, whole
// programs, and the order that fails in the example, each as on the Node that runs the tests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NODES } from '../nodes.js';
import { REPOSITORY, runProgram } from '../program.js';

const CAPTURE = ['planted-secrets', 'capture-value', 'triggers', 'captured-program'];
const TESTS = [
  ...CAPTURE.map((name) => `sensor/dist/capture/${name}.test.js`),
  'e2e/dist/captures/failing-order.test.js',
];

for (const [major, node] of Object.entries(NODES)) {
  test(`captures on Node ${major}`, { skip: node === null && `there is no Node ${major}` }, async () => {
    const folder = fileURLToPath(REPOSITORY);
    const { code, lines } = await runProgram(node!, ['--test', '--test-concurrency=1', ...TESTS], {}, folder);
    assert.equal(code, 0, lines.filter((line) => /not ok|✖|Error|expected|actual/.test(line)).join('\n'));
    const passed = lines.find((line) => /^[#ℹ] pass \d/.test(line));
    assert.ok(Number(passed?.split(' ').at(-1)) > 80, `${passed}`);
  });
}

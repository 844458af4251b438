// `npm run conformance -- mcp`: brings the programs, then runs the test beside this file.

import { join } from 'node:path';
import { findMcpPrograms } from '../../../scripts/installs/mcp-programs.mjs';
import { findNode } from '../../../scripts/installs/nodes.mjs';
import { Failure, say, step } from '../../../scripts/progress.mjs';
import { runTestFiles } from '../../../scripts/test-files.mjs';

/** Resolves with true where all of it passes. */
export async function runMcp() {
  const here = await step('Finding the suite and the Inspector', async () => {
    const [node, programs] = [
      await findNode(22, { install: true, log: say }),
      await findMcpPrograms({ install: true, log: say }),
    ];
    return node !== null && programs !== null;
  });
  if (!here) throw new Failure('Without them nothing can be said.');
  const { passed, failed } = await step('The collector under both', (note) =>
    runTestFiles([join(import.meta.dirname, 'mcp.test.mjs')], { concurrency: 1, note }),
  );
  say(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

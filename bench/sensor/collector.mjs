// The collector that the sensors of a bench report to: the real program, in a process of its own, on data of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNode } from '../../scripts/programs.mjs';
import { ROOT } from '../../scripts/setup.mjs';

/** { url, pid, data: its folder, end(): ends the program, stop(): and removes the folder } */
export async function startCollector() {
  const data = await mkdtemp(join(tmpdir(), 'prodlens-bench-'));
  const args = [join(ROOT, 'collector', 'dist', 'cli.js'), 'up', '--port', '0', '--data', data, '--json'];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PRODLENS_')));
  const collector = await startNode('The collector', args, {
    env,
    ready: (line) => /"url":\s*"(http:[^"]+)"/.exec(line)?.[1],
  });
  return {
    url: collector.ready,
    pid: collector.pid,
    data,
    end: () => collector.stop(),
    stop: async () => {
      await collector.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

// What the sensor tells of the texts of TypeScript that is run as it is written, by tsx and by Node's own type stripping:
// it is what an editor has, so that functions are found again after edits where there is no git.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { eventually } from '../eventually.js';
import { NODES } from '../nodes.js';
import { type Program, REPOSITORY, SENSOR, startCollector, startProgram } from '../program.js';

const CART = `interface Item { price: number; count: number }

export class Cart {
  private items: Item[] = [];
  add(item: Item): this {
    this.items.push({ ...item } satisfies Item);
    return this;
  }
  total<T extends number>(factor: T): number {
    const fold = (sum: number, { price, count }: Item): number => sum + price * count * factor;
    return this.items.reduce(fold, 0)!;
  }
}
`;
const MAIN = `import { createServer } from 'node:http';
import { Cart } from './cart.ts';
new Cart().add({ price: 1, count: 2 }).total(3);
const server = createServer((_request, response) => void response.end());
server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + (server.address() as { port: number }).port));
`;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-texts-')));
let collector: Program;
before(async () => {
  collector = await startCollector(join(folder, 'data'));
});
after(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What `annotate` prints, on both streams. */
function annotate(file: string): Promise<string> {
  const cli = fileURLToPath(new URL('language-server/dist/cli.js', REPOSITORY));
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'annotate', file, '--url', collector.url], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

const RUNNERS = { tsx: ['--import', import.meta.resolve('tsx')], stripped: ['--experimental-strip-types'] };

for (const [major, node] of Object.entries(NODES)) {
  for (const [runner, flags] of Object.entries(RUNNERS)) {
    const skip = node === null && `there is no Node ${major} on this machine`;
    test(`${runner}, Node ${major}`, { skip }, async () => {
      const shop = `shop-${runner}-${major}`;
      const cart = join(folder, shop, 'cart.ts');
      mkdirSync(join(folder, shop));
      writeFileSync(join(folder, shop, 'package.json'), `{ "name": "${shop}", "version": "1.0.0", "type": "module" }`);
      writeFileSync(cart, CART);
      writeFileSync(join(folder, shop, 'main.ts'), MAIN);
      const program = await startProgram(
        [...flags, '--import', SENSOR, join(folder, shop, 'main.ts')],
        { PRODLENS_URL: collector.url },
        /listening on (http:\S+)/,
        folder,
        node!,
      );
      try {
        await eventually('what the texts are', async () => {
          const response = await fetch(`${collector.url}/api/v1/functions?service=${shop}&file=cart.ts&window=1h`);
          const { functions } = (await response.json()) as { functions: FunctionStats[] };
          // Not of what the runner adds.
          return functions.filter(({ fingerprint }) => fingerprint !== undefined).length === 3 ? true : undefined;
        });
        writeFileSync(
          cart,
          CART.replace('total<T', 'sum<T').replace(
            'add(item: Item)',
            'added(): Item[] { return this.items }\n  add(item: Item)',
          ),
        );
        const said = await eventually('the number of the renamed function', async () => {
          const now = await annotate(cart);
          return /◂ [^\n]*\/min[^\n]*\n {2}sum</.test(now) ? now : undefined;
        });
        assert.match(said, /◂ [^\n]*\/min[^\n]*\n {2}add\(/);
        assert.match(said, /◂ no data: new since 1\.0\.0\n {2}added\(/);
        assert.doesNotMatch(said, /edited since/);
      } finally {
        await program.stop();
      }
    });
  }
}

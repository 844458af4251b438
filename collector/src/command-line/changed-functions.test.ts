import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startSensor } from '../testing/fake-sensor.js';
import { prodlens } from '../testing/run-program.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';
import { changedFunctions } from './changed-functions.js';

const PRICING = `export class Pricing {
  quote(lines) {
    return lines.length;
  }

  discount(line) {
    return line.quantity > 12 ? 5 : 0;
  }
}
`;

/** A repository with a package in a folder; commits write files, or remove them by null. */
function repository(t: TestContext) {
  const folder = temporaryFolder(t);
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=Ada L', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false', ...args],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    ).trim();
  git('init', '-q', '-b', 'main');
  const commit = (subject: string, files: Record<string, string | null>): string => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      if (text === null) rmSync(join(folder, path));
      else writeFileSync(join(folder, path), text);
    }
    git('add', '-A');
    git('commit', '-q', '-m', subject);
    return git('rev-parse', 'HEAD');
  };
  return { folder, git, commit, shop: join(folder, 'shop') };
}

test('names the functions that each commit touched, by file relative to the package', async (t) => {
  const { commit, git, shop } = repository(t);
  git('remote', 'add', 'origin', 'https://ada:secret@git.example.com/shop/orders.git');
  const first = commit('Begin', {
    'shop/src/pricing.ts': PRICING,
    'other/x.js': 'function x() {}',
    'shop/README.md': '#',
  });
  const second = commit('Ask for favourites', { 'shop/src/pricing.ts': PRICING.replace('> 12', '> 24') });
  commit('Elsewhere', { 'other/x.js': 'function x() { return 1 }', 'shop/README.md': '# Shop' });
  const taken = PRICING.replace('> 12', '> 24').replace('    return lines.length;\n', '');
  const third = commit('Take a line away, add a file', {
    'shop/src/pricing.ts': taken,
    'shop/src/new file.js': 'export const made = () => 1;\nconst outside = 2;\n',
  });
  const link = (revision: string) => `https://git.example.com/shop/orders/commit/${revision}`;
  assert.deepEqual(await changedFunctions(shop, first, 'HEAD'), [
    {
      ...{ revision: second, author: 'Ada L', subject: 'Ask for favourites', link: link(second) },
      files: [{ file: 'src/pricing.ts', functions: ['Pricing.discount'] }],
    },
    {
      ...{ revision: third, author: 'Ada L', subject: 'Take a line away, add a file', link: link(third) },
      files: [
        { file: 'src/new file.js', functions: ['made'] },
        { file: 'src/pricing.ts', functions: ['Pricing.quote'] },
      ],
    },
  ]);
  assert.deepEqual(await changedFunctions(shop, third, 'HEAD'), []);
  const unknown = { code: 'PRODLENS_ERR_GIT', message: /is not in the repository here/ };
  await assert.rejects(changedFunctions(shop, 'f'.repeat(40), 'HEAD'), unknown);
  await assert.rejects(changedFunctions(shop, '--output=x', 'HEAD'), { code: 'PRODLENS_ERR_GIT' });
  await assert.rejects(changedFunctions(temporaryFolder(t), first, 'HEAD'), { code: 'PRODLENS_ERR_GIT' });
});

test('deploy sends the commits since the revision that ran before', async (t) => {
  const { url } = await testCollector(t);
  const { commit, shop } = repository(t);
  const first = commit('Begin', { 'shop/src/pricing.ts': PRICING });
  await startSensor(url, { version: '1.0.0', revision: first });
  const second = commit('Ask for favourites', { 'shop/src/pricing.ts': PRICING.replace('> 12', '> 24') });
  const names = ['--service', 'orders', '--version', '2.0.0', '--revision', second, '--folder', shop, '--url', url];
  const { out, err, code } = await prodlens(t, 'deploy', ...names, '--changes').done;
  assert.deepEqual([out, err, code], ['Noted orders 2.0.0 in production, with 1 commit.\n', '', 0]);
  assert.equal((await get(`${url}/api/v1/deployments`)).status, 200);
});

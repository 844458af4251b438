import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogService } from '@prodlens/protocol';
import { service } from '../testing/stats.js';
import { deployedFiles, type PackageRoot, pathMappings, slashed } from './deployed-files.js';

/** Answers "service:file" of each. `packages` is "folder=name …", nearest first. */
function find(
  services: CatalogService[],
  path: string,
  packages = '',
  mappings: Record<string, string> = {},
): string[] {
  const packageRoots: PackageRoot[] = packages
    .split(' ')
    .filter((item) => item !== '')
    .map((item) => ({ folder: item.split('=')[0] ?? '', name: item.split('=')[1] ?? '' }));
  const found = deployedFiles(services, { path, packageRoots }, pathMappings(mappings, ['/home/ada/repo']));
  return found.map(({ service, file }) => `${service}:${file}`);
}

const ORDERS = service('orders', {
  packageName: '@acme/orders',
  roots: ['/app'],
  files: ['src/server.ts', 'src/pricing/rules.ts'],
});

test('the path below the folder of the service’s package', () => {
  const packages = '/home/ada/repo/services/orders=@acme/orders /home/ada/repo=acme';
  assert.deepEqual(find([ORDERS], '/home/ada/repo/services/orders/src/server.ts', packages), ['orders:src/server.ts']);
  assert.deepEqual(find([ORDERS], '/home/ada/repo/services/orders/src/other.ts', packages), []);
  const nested = '/home/ada/repo/services/orders/src/pricing=pricing /home/ada/repo/services/orders=@acme/orders';
  assert.deepEqual(find([ORDERS], '/home/ada/repo/services/orders/src/pricing/rules.ts', nested), [
    'orders:src/pricing/rules.ts',
  ]);
});

test('the folder in which an instance ran on this machine', () => {
  assert.deepEqual(find([ORDERS], '/app/src/server.ts'), ['orders:src/server.ts']);
  const windows = service('orders', { roots: ['C:\\srv\\orders'], files: ['server.ts'] });
  assert.deepEqual(find([windows], slashed('c:\\srv\\orders\\server.ts')), ['orders:server.ts']);
});

test('the base name alone is never enough', () => {
  assert.deepEqual(find([ORDERS], '/elsewhere/server.ts'), []);
  assert.deepEqual(find([ORDERS], '/elsewhere/lib/server.ts'), []);
  assert.deepEqual(find([service('one', { files: ['server.ts'] })], '/elsewhere/server.ts'), []);
});

test('the longest common end of at least two segments, where nothing else is known of the file', () => {
  assert.deepEqual(find([ORDERS], '/copy/src/server.ts'), ['orders:src/server.ts']);
  assert.deepEqual(find([ORDERS], '/copy/pricing/rules.ts'), ['orders:src/pricing/rules.ts']);
  const twice = service('twice', { files: ['a/src/server.ts', 'b/src/server.ts'] });
  assert.deepEqual(find([twice], '/copy/src/server.ts'), []);
  assert.deepEqual(find([twice], '/copy/a/src/server.ts'), ['twice:a/src/server.ts']);
});

test('a file of another package is not the service’s file of the same path', () => {
  assert.deepEqual(
    find([ORDERS], '/home/ada/repo/services/billing/src/server.ts', '/home/ada/repo/services/billing=billing'),
    [],
  );
});

test('two services’ own files of the same path are not told apart by it', () => {
  const billing = service('billing', { files: ['src/server.ts'] });
  assert.deepEqual(find([ORDERS, billing], '/copy/src/server.ts'), []);
  assert.deepEqual(find([ORDERS, billing], '/copy/src/server.ts', '/copy=billing'), ['billing:src/server.ts']);
});

test('two services of one package both run the file', () => {
  const worker = service('orders-worker', { packageName: '@acme/orders', files: ['src/server.ts', 'src/worker.ts'] });
  const both = ['orders:src/server.ts', 'orders-worker:src/server.ts'];
  assert.deepEqual(find([ORDERS, worker], '/repo/src/server.ts', '/repo=@acme/orders'), both);
  assert.deepEqual(find([ORDERS, worker], '/copy/src/server.ts'), both);
});

test('code that a monorepo’s services share belongs to all of them', () => {
  const shared = '../../packages/money/src/round.ts';
  const checkout = service('checkout', { roots: ['/app/services/checkout'], files: [shared, 'src/server.ts'] });
  const web = service('web', { roots: ['/home/ada/repo/services/web'], files: [shared] });
  const packages = '/home/ada/repo/packages/money=@acme/money /home/ada/repo=acme';
  assert.deepEqual(find([checkout, web, ORDERS], '/home/ada/repo/packages/money/src/round.ts', packages).sort(), [
    `checkout:${shared}`,
    `web:${shared}`,
  ]);
});

test('shared code fits in whole, and where no package says otherwise', () => {
  const shared = '../../libs/util/src/index.ts';
  const checkout = service('checkout', { roots: ['/app/services/checkout'], files: [shared, '../src/index.ts'] });
  const other = service('other', { packageName: 'other', files: ['src/own.ts'] });
  const known = (path: string, packages: string) => find([checkout, other], path, packages);

  assert.deepEqual(known('/repo/libs/util/src/index.ts', '/repo/libs/util=@acme/util /repo=acme'), [
    `checkout:${shared}`,
  ]);
  assert.deepEqual(known('/repo/libs/util/src/index.ts', '/repo=acme'), [`checkout:${shared}`]);
  assert.deepEqual(known('/work/util/src/index.ts', '/work/util/src=util'), ['checkout:../src/index.ts']);
  const withoutShort = { ...checkout, files: [shared] };
  assert.deepEqual(find([withoutShort], '/work/util/src/index.ts'), []);
  assert.deepEqual(find([withoutShort], '/work/web/src/index.ts', '/work/web=web'), []);
  assert.deepEqual(known('/work/web/deep/src/index.ts', '/work/web=web'), []);
  assert.deepEqual(known('/work/web/src/index.ts', '/work/web=web'), []);
  assert.deepEqual(known('/work/other/src/index.ts', '/work/other=other'), []);
  assert.deepEqual(known('/work/checkout/src/index.ts', '/work/checkout/src=x /work/checkout=checkout'), []);
});

test('shared code that lies where an instance on this machine loaded it from', () => {
  const web = service('web', { roots: ['/home/ada/repo/services/web'], files: ['../../money.ts'] });
  assert.deepEqual(find([web], '/home/ada/repo/money.ts', '/home/ada/repo=acme'), ['web:../../money.ts']);
  assert.deepEqual(find([web], '/work/elsewhere/money.ts', '/work/elsewhere=acme'), []);
});

test('the folder of a container does not outweigh the name of a package', () => {
  const billing = service('billing', { roots: ['/app'], files: ['src/server.ts'] });
  assert.deepEqual(find([ORDERS, billing], '/app/src/server.ts', '/app=billing'), ['billing:src/server.ts']);
  assert.deepEqual(find([ORDERS], '/app/src/server.ts', '/app=billing'), []);
  const nameless = service('nameless', { packageName: '', roots: ['/app'], files: ['src/server.ts'] });
  assert.deepEqual(find([nameless], '/app/src/server.ts', '/app=billing'), ['nameless:src/server.ts']);
});

test('of services whose packages have one name the one whose folder fits as well', () => {
  const about = { packageName: 'server', files: ['src/index.ts'] };
  const shop = service('shop', { ...about, roots: ['/home/ada/repo/server'] });
  const blog = service('blog', { ...about, roots: ['/work/blog/server'] });
  const path = '/home/ada/repo/server/src/index.ts';
  assert.deepEqual(find([blog, shop], path, '/home/ada/repo/server=server'), ['shop:src/index.ts']);
  const copy = '/work/copy/src/index.ts';
  assert.deepEqual(find([blog, shop], copy, '/work/copy=server'), ['blog:src/index.ts', 'shop:src/index.ts']);
});

test('files of packages go by their path below the last node_modules', () => {
  const path = '/home/ada/repo/node_modules/.pnpm/fastify@5/node_modules/fastify/lib/route.js';
  assert.deepEqual(find([ORDERS, service('web')], path, '/home/ada/repo=acme'), [
    'orders:node_modules/fastify/lib/route.js',
    'web:node_modules/fastify/lib/route.js',
  ]);
  const own = '/home/ada/repo/services/orders/node_modules/fastify/lib/route.js';
  assert.deepEqual(find([ORDERS, service('web')], own, '/home/ada/repo/services/orders=@acme/orders'), [
    'orders:node_modules/fastify/lib/route.js',
  ]);
});

test('what is mapped by hand wins, and is not second-guessed', () => {
  const packages = '/home/ada/repo/services/orders=@acme/orders';
  const path = '/home/ada/repo/services/orders/src/server.ts';
  const built = service('built', { roots: ['/srv'], files: ['lib/server.ts', 'lib/deep/a.ts'] });
  const services = [ORDERS, built];
  assert.deepEqual(find(services, path, packages, { '/srv/lib': 'services/orders/src' }), ['built:lib/server.ts']);
  assert.deepEqual(find(services, path, packages, { lib: '/home/ada/repo/services/orders/src/' }), [
    'built:lib/server.ts',
  ]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the editor's variable, as people write it
  const variable = '${workspaceFolder}/services/orders/src';
  assert.deepEqual(find(services, path, packages, { lib: variable }), ['built:lib/server.ts']);
  assert.deepEqual(find(services, path, packages, { '/nowhere': 'services/orders/src' }), []);
  assert.deepEqual(find(services, path, packages, { lib: 'services/ord' }), ['orders:src/server.ts']);
  const longer = { nowhere: 'services', 'lib/deep': 'services/orders/x' };
  assert.deepEqual(find(services, '/home/ada/repo/services/orders/x/a.ts', '', longer), ['built:lib/deep/a.ts']);
});

test('several deployed folders can be one folder of the workspace', () => {
  const one = service('one', { roots: ['/srv/one'], files: ['lib/a.ts'] });
  const two = service('two', { roots: ['/srv/two'], files: ['lib/a.ts'] });
  const mappings = { '/srv/one': '/home/ada/repo/code', '/srv/two': '/home/ada/repo/code', '/srv': '/home/ada/repo' };
  assert.deepEqual(find([one, two], '/home/ada/repo/code/lib/a.ts', '', mappings), ['one:lib/a.ts', 'two:lib/a.ts']);
});

test('no catalog, no file', () => {
  assert.deepEqual(find([], '/app/src/server.ts'), []);
  assert.deepEqual(find([service('empty', { files: [] })], '/app/src/server.ts'), []);
});

// What installer.json says is done, task by task as LSP4IJ does it: npm brings the packed language server, with the
// packages that it names, into the folder; the command that is then put into the server's settings starts it. The one
// thing that is not so for a user: the registry of the three packages is here, because they are not published.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { askServer } from './ask-server.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PACKAGES = ['protocol', 'syntax', 'language-server'];

interface Exec {
  command: Record<string, string>;
  onSuccess: { configureServer: { command: Record<string, string> } };
}

const folder = await mkdtemp(join(tmpdir(), 'prodlens-installer-'));
let registry: Server | undefined;
after(async () => {
  registry?.close();
  await rm(folder, { recursive: true, force: true });
});

test('the installer brings a server that starts by the command that it configures', async () => {
  const installer = JSON.parse(
    await readFile(new URL('../../lsp4ij-template/installer.json', import.meta.url), 'utf8'),
  ) as { properties: { workingDir: string }; run: { exec: Exec } };
  const workingDir = installer.properties.workingDir.replace('$USER_HOME$', join(folder, 'home'));
  const expanded = (command: Record<string, string>) =>
    (command.default ?? '').replaceAll('$' + '{workingDir}', workingDir);
  registry = await registryOf(await Promise.all(PACKAGES.map(packed)));

  await mkdir(workingDir, { recursive: true });
  const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  await writeFile(join(workingDir, '.npmrc'), `@prodlens:registry=${address}\n`);
  const { exec } = installer.run;
  const [program = '', ...args] = words(expanded(exec.command));
  assert.equal(program, 'npm');
  await run(program, args, { cwd: workingDir });

  const [server = '', ...serverArgs] = words(expanded(exec.onSuccess.configureServer.command));
  const capabilities = await askServer(server, ...serverArgs);
  assert.ok(capabilities.codeLensProvider && capabilities.hoverProvider);
});

/** As LSP4IJ cuts a command up. */
function words(line: string): string[] {
  return (line.match(/(?:[^ "]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

async function packed(name: string): Promise<{ manifest: Record<string, unknown>; tarball: Buffer }> {
  const args = ['pack', '--json', '--loglevel=error', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: join(ROOT, name) });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const manifest = JSON.parse(await readFile(join(ROOT, name, 'package.json'), 'utf8'));
  return { manifest, tarball: await readFile(join(folder, filename)) };
}

/** As much of a registry as npm asks for: the versions of a package, and their tarballs. */
async function registryOf(packages: Awaited<ReturnType<typeof packed>>[]): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const one = packages.find(({ manifest }) => path.startsWith(`/${manifest.name}`));
    if (!one) return response.writeHead(404).end('{}');
    if (path.endsWith('.tgz')) return response.end(one.tarball);
    const { name, version } = one.manifest as { name: string; version: string };
    const integrity = `sha512-${createHash('sha512').update(one.tarball).digest('base64')}`;
    const dist = { tarball: `http://${request.headers.host}/${name}/-/one.tgz`, integrity };
    const versions = { [version]: { ...one.manifest, dist } };
    return response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

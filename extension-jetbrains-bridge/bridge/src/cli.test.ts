// The program as a user runs it, on a home folder of its own, with the packed server and a real collector.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeCandidates } from './node-locations.js';
import { nodeLocations } from './place.js';

const PROGRAM = fileURLToPath(new URL('cli.js', import.meta.url));

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'prodlens-home-'));
});
after(() => rm(home, { recursive: true, force: true }));

/** What it printed and its exit code. */
function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, HOME: home, USERPROFILE: home };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('install lays a template into place whose command starts a server that answers', async () => {
  const before = await run('verify');
  assert.equal(before.code, 1);
  assert.match(before.output, /There is no template in .*Run: npx @prodlens\/jetbrains install/);

  const { code, output } = await run('install', '--node', process.execPath);
  assert.equal(code, 0, output);
  const folder = join(home, '.prodlens', 'jetbrains');
  assert.ok(output.includes(join(folder, 'lsp4ij-template')), output);
  const template = JSON.parse(await readFile(join(folder, 'lsp4ij-template', 'template.json'), 'utf8'));
  const server = join(folder, 'server', 'server.cjs');
  assert.equal(template.programArgs.default, `"${process.execPath}" "${server}" --stdio`);

  const verified = await run('verify');
  assert.deepEqual(verified, { code: 0, output: '✓ The language server starts and answers.\n' });

  await writeFile(server, 'throw new Error("half a file")');
  const broken = await run('verify');
  assert.equal(broken.code, 1);
  assert.match(broken.output, /ended with 1 before it answered:[\s\S]*half a file/);
  await rm(server);
  assert.match((await run('verify')).output, /server\.cjs is missing/);
});

test('install says what is wrong with the Node.js that was named', async () => {
  assert.match(
    (await run('install', '--node', '/nowhere/node')).output,
    /is no Node\.js that starts\. Prodlens needs 20\.19\.0/,
  );
  const old = join(home, 'old-node');
  await writeFile(old, '#!/bin/sh\necho v18.1.0\n');
  await chmod(old, 0o755);
  const { code, output } = await run('install', '--node', old);
  assert.deepEqual([code, output], [1, `Node.js is too old: ${old} is 18.1.0. Prodlens needs 20.19.0 or newer.\n`]);
});

test('doctor names the link that is broken, and what to do', async () => {
  await run('install', '--node', process.execPath);
  const away = await run('doctor', '--url', 'http://127.0.0.1:9');
  assert.equal(away.code, 1);
  assert.match(
    away.output,
    /✓ Node\.js [\d.]+ is .*\n✓ The template is in .*\n✓ The language server starts and answers\.\n✗ No collector answers at http:\/\/127\.0\.0\.1:9/,
  );

  assert.match(
    (await run('doctor', '--url', 'localhost:4790')).output,
    /✗ "localhost:4790" is no address of a collector/,
  );

  // What answers here is the question; the collector's own answers are held by its API tests.
  const answers: [number, string, RegExp][] = [
    [401, '{}', /✗ The collector at .* refuses to answer without a token/],
    [200, '<html>', /✗ What answers at .* is no Prodlens collector \(status 200\)/],
    [200, '{"services":[]}', /✓ The collector at .* answers\.\n✗ No service has reported/],
    [200, '{"services":[{}]}', /✓ It knows 1 service/],
  ];
  for (const [status, body, said] of answers) {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    assert.match((await run('doctor', '--url', `http://127.0.0.1:${port}`)).output, said);
    server.close();
  }
});

test('arguments that are none are refused', async () => {
  assert.deepEqual(await run('instal'), {
    code: 2,
    output: 'unknown command instal\nprodlens-jetbrains --help says what there is.\n',
  });
  assert.equal((await run('--fodler', 'x')).code, 2);
  assert.match((await run()).output, /^Usage:/);
});

test('Node.js is looked for where each manager keeps it, the highest version first', async () => {
  const list = await nodeLocations();
  const places = {
    linux: ['.nvm/versions/node/v22.10.0/bin/node', '.nvm/versions/node/v9.0.0/bin/node', '.volta/bin/node'],
    darwin: ['Library/Application Support/fnm/node-versions/v22.3.0/installation/bin/node'],
    win32: ['AppData/Roaming/nvm/v22.3.0/node.exe', 'scoop/apps/nodejs/current/node.exe'],
  } as const;
  for (const [platform, files] of Object.entries(places)) {
    const root = join(home, platform);
    for (const file of files) {
      await mkdir(join(root, file, '..'), { recursive: true });
      await writeFile(join(root, file), '');
    }
    const shell = join(root, 'fnm_multishells/1/bin');
    await mkdir(shell, { recursive: true });
    await writeFile(join(shell, platform === 'win32' ? 'node.exe' : 'node'), '');
    const path = [shell, 'relative'].join(platform === 'win32' ? ';' : ':');
    const variables = { AppData: join(root, 'AppData/Roaming'), PATH: path };
    const found = nodeCandidates(list, { platform: platform as keyof typeof places, home: root, variables });
    const inHome = found.filter((path) => path.startsWith(root));
    assert.deepEqual(
      inHome,
      files.map((file) => join(root, file)),
      platform,
    );
  }
});

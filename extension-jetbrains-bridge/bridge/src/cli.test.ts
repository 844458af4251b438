// The program as a user runs it, on a home folder of its own, with the packed server and a real collector.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('cli.js', import.meta.url));

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'prodlens-home-'));
});
after(() => rm(home, { recursive: true, force: true }));

/** What it printed and its exit code. */
function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: '' };
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
  assert.ok(before.output.endsWith(`Run: node ${PROGRAM} install\n`), before.output);

  const { code, output } = await run('install', '--node', process.execPath);
  assert.equal(code, 0, output);
  const folder = join(home, '.prodlens', 'jetbrains');
  assert.ok(output.includes(join(folder, 'lsp4ij-template')), output);
  assert.ok(output.includes(`✓ Server and template are in ${folder}, for Node.js ${process.versions.node}`), output);
  const template = JSON.parse(await readFile(join(folder, 'lsp4ij-template', 'template.json'), 'utf8'));
  const server = join(folder, 'server', 'server.cjs');
  assert.equal(template.programArgs.default, `"${process.execPath}" "${server}" --stdio`);

  // The copy says what is so there, not what the template needs that is imported from the repository.
  const readme = await readFile(join(folder, 'lsp4ij-template', 'README.md'), 'utf8');
  assert.deepEqual(readme.match(/^## .+$/gm), ['## Before you start', '## Settings', '## When nothing shows']);
  assert.ok(readme.includes(`starts \`${server}\` with \`${process.execPath}\``), readme);
  assert.ok(readme.includes(`\`node ${PROGRAM} doctor\``), readme);
  assert.ok(readme.includes('| `pathMappings`'), readme);
  assert.doesNotMatch(readme, /npm|tgz|on the `?PATH/);

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
    [200, '{"services":[{}]}', /✓ It knows 1 service\.\n/],
  ];
  for (const [status, body, said] of answers) {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    assert.match((await run('doctor', '--url', `http://127.0.0.1:${port}`)).output, said);
    server.close();
  }
});

test('doctor asks the collectors that the IDEs are set to, else the one of the template', async () => {
  await run('install', '--node', process.execPath);
  const settings = join(home, '.prodlens', 'jetbrains', 'lsp4ij-template', 'settings.json');
  const template = JSON.parse(await readFile(settings, 'utf8'));
  template.prodlens.url = 'http://127.0.0.1:9/template';
  await writeFile(settings, JSON.stringify(template));
  assert.match(
    (await run('doctor')).output,
    /✓ The template: set to the collector at http:\/\/127\.0\.0\.1:9\/template\.\n✗ No collector answers at .*\n {2}Start one: prodlens up, or in a checkout of Prodlens: node collector\/dist\/cli\.js up\. If it runs elsewhere, set its address there \(Language Servers/,
  );

  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(request.headers.authorization === undefined ? 401 : 200).end('{"services":[{},{}]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const configuration = join(home, '.config', 'JetBrains', 'WebStorm2026.1', 'options');
  const macs = join(home, 'Library', 'Application Support', 'JetBrains', 'WebStorm2026.1', 'options');
  await mkdir(configuration, { recursive: true });
  const imported = JSON.stringify({ prodlens: { url, token: 'of-the-ide' } }).replaceAll('"', '&quot;');
  await writeFile(
    join(configuration, 'UserDefinedLanguageServerSettings.xml'),
    `<application><option name="configurationContent" value="${imported}" /></application>`,
  );
  await writeFile(
    join(configuration, 'prodlens.xml'),
    `<application><component name="Prodlens"><option name="url" value="${url}" /></component></application>`,
  );
  await cp(configuration, macs, { recursive: true });
  const { code, output } = await run('doctor');
  const withoutTemplate = await run('doctor', '--folder', join(home, 'none'));
  server.close();
  assert.match(withoutTemplate.output, /✓ There is no template in .*none.*: the plugin needs none\./);
  assert.equal(code, 1);
  assert.deepEqual(seen.slice(0, 2), [undefined, 'Bearer of-the-ide']);
  assert.match(
    output,
    /WebStorm2026\.1, plugin: set to .*\n✗ The collector at .* asks for a token\.\n {2}Whether the one in the IDE's password store/,
  );
  assert.match(
    output,
    /WebStorm2026\.1, template: set to .*\n✓ The collector at .* answers\.\n✓ It knows 2 services\./,
  );
});

test('arguments that are none are refused', async () => {
  assert.deepEqual(await run('instal'), {
    code: 2,
    output: `unknown command instal\nnode ${PROGRAM} --help says what there is.\n`,
  });
  assert.equal((await run('--fodler', 'x')).code, 2);
  assert.match((await run()).output, /^Usage:/);
});

// Machines of each system, with the paths that they really have, and what is laid into place on Windows.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type IdeSettings, ideSettings } from './ide-settings.js';
import { type Machine, nodeCandidates } from './node-locations.js';
import { commandLine, nodeOfCommand } from './place.js';

const LIST = readFileSync(
  new URL('../../core/src/main/resources/prodlens/core/node-locations.txt', import.meta.url),
  'utf8',
);

/** A machine with these files and no others. */
function machine(platform: Machine['platform'], variables: Machine['variables'], paths: string[]): Machine {
  const separator = platform === 'win32' ? '\\' : '/';
  const home = { linux: '/home/ada', darwin: '/Users/ada', win32: 'C:\\Users\\Ada Lovelace' }[platform];
  const names = (folder: string) => {
    const inside = folder.endsWith(separator) ? folder : folder + separator;
    const below = paths.filter((path) => path.startsWith(inside)).map((path) => path.slice(inside.length));
    return [...new Set(below.map((path) => path.split(separator)[0] ?? ''))];
  };
  return { platform, home, variables, files: { isFile: (path) => paths.includes(path), names } };
}

test('on Windows Node.js is found on the Path, then where each manager keeps it, the highest version first', () => {
  const onPath = 'D:\\tools\\node\\node.exe';
  const places = [
    'C:\\Program Files\\nodejs\\node.exe',
    'C:\\Users\\Ada Lovelace\\AppData\\Roaming\\nvm\\v22.10.0\\node.exe',
    'C:\\Users\\Ada Lovelace\\AppData\\Roaming\\nvm\\v9.0.0\\node.exe',
    'C:\\Users\\Ada Lovelace\\AppData\\Local\\Volta\\bin\\node.exe',
    'C:\\Users\\Ada Lovelace\\AppData\\Roaming\\fnm\\node-versions\\v22.3.0\\installation\\node.exe',
    'C:\\Users\\Ada Lovelace\\scoop\\apps\\nodejs\\current\\node.exe',
    'C:\\Users\\Ada Lovelace\\scoop\\apps\\nodejs-lts\\current\\node.exe',
  ];
  const variables = {
    Path: '"D:\\tools\\node";C:\\Users\\Ada Lovelace\\AppData\\Local\\fnm_multishells\\1;relative;C:\\Windows',
    ProgramFiles: 'C:\\Program Files',
    AppData: 'C:\\Users\\Ada Lovelace\\AppData\\Roaming',
    LOCALAPPDATA: 'C:\\Users\\Ada Lovelace\\AppData\\Local',
  };
  const shell = 'C:\\Users\\Ada Lovelace\\AppData\\Local\\fnm_multishells\\1\\node.exe';
  const unversioned = 'C:\\Users\\Ada Lovelace\\AppData\\Roaming\\nvm\\settings.txt';
  const found = nodeCandidates(
    LIST,
    machine('win32', variables, [...places, onPath, shell, unversioned, '/usr/bin/node']),
  );
  assert.deepEqual(found, [onPath, ...places]);
});

test('on Linux and macOS too', () => {
  const linux = [
    '/opt/node/bin/node',
    '/home/ada/.nvm/versions/node/v22.10.0/bin/node',
    '/home/ada/.nvm/versions/node/v9.0.0/bin/node',
    '/home/ada/.volta/bin/node',
    '/home/ada/.local/share/fnm/node-versions/v22.3.0/installation/bin/node',
    '/home/ada/.asdf/installs/nodejs/22.1.0/bin/node',
    '/usr/bin/node',
  ];
  const shell = '/run/user/1/fnm_multishells/1/bin';
  const variables = { PATH: `${shell}:/home/ada/.asdf/shims:relative:/opt/node/bin` };
  const others = [`${shell}/node`, '/home/ada/.asdf/shims/node', 'C:\\Program Files\\nodejs\\node.exe'];
  assert.deepEqual(nodeCandidates(LIST, machine('linux', variables, [...linux, ...others])), linux);

  const mac = [
    '/Users/ada/Library/Application Support/fnm/node-versions/v22.3.0/installation/bin/node',
    '/opt/homebrew/bin/node',
    '/opt/homebrew/opt/node@22/bin/node',
    '/opt/homebrew/opt/node@20/bin/node',
    '/usr/local/bin/node',
  ];
  assert.deepEqual(nodeCandidates(LIST, machine('darwin', {}, mac)), mac);
});

test('a command with Windows paths is cut up by LSP4IJ into the three words that it is', () => {
  const node = 'C:\\Program Files\\nodejs\\node.exe';
  const server = 'C:\\Users\\Ada Lovelace\\.prodlens\\jetbrains\\server\\server.cjs';
  const line = JSON.parse(JSON.stringify({ default: commandLine(node, server) })).default as string;
  const words = line.match(/(?:[^ "]|"[^"]*")+/g)?.map((word) => word.replaceAll('"', ''));
  assert.deepEqual(words, [node, server, '--stdio']);
  assert.equal(nodeOfCommand(line), node);
  assert.equal(nodeOfCommand('sh -c "exec prodlens-language-server --stdio"'), null);
});

test("the collectors that a person's IDEs are set to are read where each system keeps them", () => {
  const configured = (content: unknown) =>
    `<application>\n  <component name="UserDefinedLanguageServerSettingsState">\n    <option name="configurationContent" value="${JSON.stringify(content, null, 2).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}" />\n  </component>\n</application>`;
  const plugin = (inside: string) => `<application><component name="Prodlens">${inside}</component></application>`;
  const kept: [Machine['platform'], Machine['variables'], string, string][] = [
    ['linux', {}, '/home/ada/.config', '/'],
    ['linux', { XDG_CONFIG_HOME: '/cfg' }, '/cfg', '/'],
    ['darwin', {}, '/Users/ada/Library/Application Support', '/'],
    ['win32', { APPDATA: 'D:\\Roaming' }, 'D:\\Roaming', '\\'],
    ['win32', {}, 'C:\\Users\\Ada Lovelace\\AppData\\Roaming', '\\'],
  ];
  for (const [platform, variables, root, separator] of kept) {
    const file = (...names: string[]) => [root, ...names].join(separator);
    const texts = new Map([
      [
        file('JetBrains', 'WebStorm2026.1', 'options', 'prodlens.xml'),
        plugin('<option name="url" value="http://a:1/?x&amp;y"/>'),
      ],
      [
        file('JetBrains', 'IntelliJIdea2026.1', 'options', 'prodlens.xml'),
        plugin('<option name="window" value="1h"/>'),
      ],
      [
        file('Google', 'AndroidStudio2026.1', 'options', 'UserDefinedLanguageServerSettings.xml'),
        configured({ prodlens: { url: 'http://b:1', token: 't' } }) +
          configured({ 'prodlens.url': 'http://c:1' }) +
          configured({ other: { url: 'http://d:1' } }) +
          '<option name="configurationContent" value="half {"/>',
      ],
      [file('JetBrains', 'Toolbox', 'settings.json'), ''],
    ]);
    const expected: IdeSettings[] = [
      { where: 'IntelliJIdea2026.1, plugin', url: '', token: null },
      { where: 'WebStorm2026.1, plugin', url: 'http://a:1/?x&y', token: null },
      { where: 'AndroidStudio2026.1, template', url: 'http://b:1', token: 't' },
      { where: 'AndroidStudio2026.1, template', url: 'http://c:1', token: '' },
    ];
    const found = ideSettings(machine(platform, variables, [...texts.keys()]), (path) => texts.get(path) ?? null);
    assert.deepEqual(found, expected, platform);
  }
});

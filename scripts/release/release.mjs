// Everything of a release but publishing it: the version in every place, the changelogs' date, every check, the
// artefacts with their checksums and bill of materials, a commit and a tag. What is left to do is printed.
//
//   npm run release -- 0.2.0              in a clean checkout
//   npm run release -- 0.2.0 --untested   the same without `npm test`, where that has passed on this very commit

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runNpm, runProgram } from '../programs.mjs';
import { Failure, runScript, say, step } from '../progress.mjs';
import { ROOT } from '../setup.mjs';
import { currentVersion, differences, setVersion } from './versions.mjs';

/** Of all that ships, and of the extension, as its page in the Marketplace shows it. */
const CHANGELOGS = ['CHANGELOG.md', 'extension-vscode/CHANGELOG.md'];
const USAGE = 'Usage: npm run release -- VERSION [--untested]';

await runScript(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { untested: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const [version] = positionals;
  if (values.help) return say(USAGE);
  if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) throw new Failure(`${USAGE}\nVERSION is three numbers, such as 0.2.0.`);
  await isReady(version);
  const before = await currentVersion(ROOT);
  await setVersion(ROOT, before, version);
  await dateChangelogs(version);
  const wrong = await differences(ROOT, version);
  if (wrong.length > 0) throw new Failure(`Other versions stand in:\n  ${wrong.join('\n  ')}`);
  await step('Writing package-lock.json', () => npm('install', '--package-lock-only', '--ignore-scripts'));
  if (!values.untested) await inForeground('test');
  await inForeground('run', 'package');
  await git('commit', '--all', '--message', `Release ${version}`);
  await git('tag', `v${version}`);
  say(await whatIsLeft(version));
});

async function isReady(version) {
  if ((await git('status', '--porcelain')) !== '') throw new Failure('There are changes that are not committed.');
  if ((await git('tag', '--list', `v${version}`)) !== '') throw new Failure(`There is a tag v${version} already.`);
  for (const file of CHANGELOGS) {
    if ((await readFile(join(ROOT, file), 'utf8')).includes(`## ${version}, unreleased\n`)) continue;
    throw new Failure(`${file} has no section "## ${version}, unreleased": say there what is new.`);
  }
}

async function dateChangelogs(version) {
  const dated = `## ${version}, ${new Date().toISOString().slice(0, 10)}`;
  for (const file of CHANGELOGS) {
    const text = await readFile(join(ROOT, file), 'utf8');
    await writeFile(join(ROOT, file), text.replace(`## ${version}, unreleased`, dated));
  }
}

async function whatIsLeft(version) {
  const files = await readdir(join(ROOT, 'dist'));
  const tarballs = files.filter((file) => file.endsWith('.tgz'));
  return [
    `\nReleased ${version} on this machine. To publish it:`,
    `  git push origin HEAD v${version}`,
    ...tarballs.map((file) => `  npm publish --access public dist/${file}`),
    '  EXTENSION_FOLDER_URL=<https address of extension-vscode/ at that tag, as raw files> npm run package',
    `  npx vsce publish --packagePath dist/prodlens-${version}.vsix`,
    `  npx ovsx publish dist/prodlens-${version}.vsix`,
    `  upload dist/prodlens-jetbrains-${version}.zip to JetBrains Marketplace`,
    '  and lay dist/SHA256SUMS and the bill of materials beside them',
  ].join('\n');
}

async function git(...args) {
  const { code, output } = await runProgram('git', args, { cwd: ROOT });
  if (code !== 0) throw new Failure(`${output}\n\ngit ${args[0]} failed.`);
  return output.trim();
}

async function npm(...args) {
  const { code, output } = await runNpm([...args, '--loglevel=error'], { cwd: ROOT });
  if (code !== 0) throw new Failure(`${output}\n\nnpm ${args[0]} failed.`);
}

/** With what it prints, because it takes long. */
async function inForeground(...args) {
  const windows = process.platform === 'win32';
  const child = spawn(windows ? 'npm.cmd' : 'npm', args, { cwd: ROOT, stdio: 'inherit', shell: windows });
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Failure(`npm ${args.join(' ')} failed: nothing is committed, and git restore . takes it back.`);
}

// The developers' checkout: a git repository with both versions of the example, one commit each, so that sensors can name
// the commit that they run and the language server finds the text of it. Who works in it pulls what is deployed.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** { folder, revisionOf(version), files: paths below the folder, pull(version): Map of file -> text } */
export function makeCheckout(folder, recordings) {
  mkdirSync(folder, { recursive: true });
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: folder })
      .toString()
      .trim();
  git('init', '--quiet');
  const revisions = new Map();
  for (const { hello, folder: deployed } of recordings) {
    lay(deployed);
    git('add', '--all');
    git('commit', '--quiet', '--message', `Version ${hello.version}`);
    revisions.set(hello.version, git('rev-parse', 'HEAD'));
  }

  function lay(deployed) {
    rmSync(join(folder, 'src'), { recursive: true, force: true });
    cpSync(join(deployed, 'src'), join(folder, 'src'), { recursive: true });
    cpSync(join(deployed, 'package.json'), join(folder, 'package.json'));
  }

  return {
    folder,
    revisionOf: (version) => revisions.get(version),
    pull(version) {
      git('checkout', '--quiet', revisions.get(version));
      const files = readdirSync(join(folder, 'src')).filter((name) => name.endsWith('.ts'));
      return new Map(files.map((name) => [`src/${name}`, readFileSync(join(folder, 'src', name), 'utf8')]));
    },
  };
}

// Where the template and the server lie for an IDE, and how they get there. The template in place names Node.js and the
// server by their full paths, because an IDE does not have the PATH of a terminal.

import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sectionOf } from './ide-settings.js';

export interface Place {
  folder: string;
  /** What LSP4IJ imports. */
  template: string;
  server: string;
}

const BUNDLE = fileURLToPath(new URL('../bundle/', import.meta.url));

/** Text of the list of places where Node.js is found. */
export function nodeLocations(): Promise<string> {
  return readFile(join(BUNDLE, 'node-locations.txt'), 'utf8');
}

/** Where things lie in the folder that is installed into. */
export function placeIn(folder: string): Place {
  return { folder, template: join(folder, 'lsp4ij-template'), server: join(folder, 'server', 'server.cjs') };
}

/** Overwrites what an earlier version laid there. `node`: full path; `program`: how this program is started. */
export async function install(place: Place, node: string, program: string): Promise<void> {
  await mkdir(join(place.folder, 'server'), { recursive: true });
  for (const name of ['server.cjs', 'parser.cjs', 'THIRD-PARTY-NOTICES.txt']) {
    await copyFile(join(BUNDLE, 'server', name), join(place.folder, 'server', name));
  }
  // installer.json would bring the server from npm, which is in place already.
  const source = join(BUNDLE, 'lsp4ij-template');
  await cp(source, place.template, { recursive: true, filter: (path) => !path.endsWith('installer.json') });
  const file = join(place.template, 'template.json');
  const template = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  template.programArgs = { default: commandLine(node, place.server) };
  await writeFile(file, `${JSON.stringify(template, null, 2)}\n`);
  const readme = join(place.template, 'README.md');
  await writeFile(readme, readmeInPlace(await readFile(readme, 'utf8'), node, place, program));
}

/** As LSP4IJ cuts it up: at spaces, double quotes hold together, a backslash is a backslash. */
export function commandLine(node: string, server: string): string {
  return `"${node}" "${server}" --stdio`;
}

/** Node.js of such a command; null for another. */
export function nodeOfCommand(line: string): string | null {
  return /^"([^"]+)" "[^"]+" --stdio$/.exec(line)?.[1] ?? null;
}

/** The Node.js that the template in place names; null where there is no such template. */
export async function nodeOfTemplate(place: Place): Promise<string | null> {
  try {
    const template = JSON.parse(await readFile(join(place.template, 'template.json'), 'utf8')) as {
      programArgs?: { default?: string };
    };
    return nodeOfCommand(template.programArgs?.default ?? '');
  } catch {
    return null;
  }
}

/** The collector that the template in place is set to; null where there is no such template. */
export async function settingsOfTemplate(place: Place): Promise<{ url: string; token: string } | null> {
  return sectionOf(await readFile(join(place.template, 'settings.json'), 'utf8').catch(() => ''));
}

/** The template's own instructions, without those that its place has made needless. */
function readmeInPlace(readme: string, node: string, { server }: Place, program: string): string {
  return withSections(readme, {
    'Before you start': `This template is in place: it starts \`${server}\` with \`${node}\`. When that Node.js has gone, run \`${program} install\` again and import the template again.

A collector has to run, and a service that reports to it. The setting \`url\` is its address: as imported, \`http://127.0.0.1:4790\`, where a collector on this machine listens unless it is told otherwise.`,
    'When nothing shows': `\`${program} doctor\` checks each link, from Node.js to the services that the collector knows, and says what to do about the one that is broken. **Language Servers** (LSP console) > Prodlens has what the server said. If the server runs, a lens says why a function has no numbers, and one on the first line why a file of a running service has none. A file of no service that the collector knows has no lens.`,
  });
}

function withSections(readme: string, sections: Record<string, string>): string {
  return Object.entries(sections).reduce(
    (text, [title, body]) =>
      text.replace(new RegExp(`(## ${title}\\n)[\\s\\S]*?(?=\\n## |$(?![\\s\\S]))`), (_, head) => `${head}\n${body}\n`),
    readme,
  );
}

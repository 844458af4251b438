// For tests: whole programs, run by Node with and without the sensor. What they print, to the byte, and how they end
// must be the same. The collector is away throughout.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REGISTER = import.meta.resolve('@prodlens/sensor/register');
const BY_REQUIRE = ['--require', fileURLToPath(REGISTER)];
const BY_IMPORT = ['--import', REGISTER];
/** Node loads a CommonJS program in another way as soon as anything is imported, which its own frames show. */
const IMPORT_OF_NOTHING = ['--import', 'data:text/javascript,'];

export interface Outcome {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Options of node. */
  node?: string[];
  env?: Record<string, string>;
}

export class Programs {
  readonly #folder = mkdtempSync(join(tmpdir(), 'prodlens-host-'));

  constructor(files: Record<string, string> = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): string {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** `load`: how the sensor is loaded; nothing by default. */
  run(name: string, load: string[] = [], { node = [], env = {} }: RunOptions = {}): Outcome {
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    // V8 counts the sensor's frames, which are then taken out, towards its limit of ten.
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      ['--stack-trace-limit=60', ...node, ...load, name],
      {
        cwd: this.#folder,
        encoding: 'utf8',
        timeout: 60_000,
        env: { ...inherited, PRODLENS_URL: 'http://127.0.0.1:9', ...env },
      },
    );
    return { status, signal, stdout, stderr: comparable(stderr) };
  }

  /** Runs the program without the sensor and with it, loaded in both ways; returns the plain outcome. */
  checkSame(name: string, source: string, options: RunOptions = {}): Outcome {
    this.write(name, source);
    const plain = this.run(name, [], options);
    if (!name.endsWith('.mjs')) assert.deepEqual(this.run(name, BY_REQUIRE, options), plain, 'by --require');
    const imported = this.run(name, IMPORT_OF_NOTHING, options);
    assert.deepEqual(this.run(name, BY_IMPORT, options), imported, 'by --import');
    assert.ok(plain.stdout !== '' || plain.status !== 0, 'the program shows something');
    return plain;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Without the line of the program, and the marks under it, that Node quotes above an uncaught error, which is V8's
 * text; and without the process's id.
 */
function comparable(stderr: string): string {
  return stderr.replace(/^(\S+:\d+)\n.*\n\s*\^+\n/gm, '$1\n').replaceAll(/^\(node:\d+\)/gm, '(node)');
}

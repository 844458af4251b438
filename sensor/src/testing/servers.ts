// Databases for tests: Debian's own servers, started in a folder of their own on a free port, never as a service of the
// system. null where there is none; scripts/databases.mjs installs them.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DEADLINE_MS = 60_000;

export interface Server {
  port: number;
  stop(): Promise<void>;
}

/** PostgreSQL, user "test" without a password, database "postgres". */
export async function startPostgres(): Promise<Server | null> {
  const versions = '/usr/lib/postgresql';
  const newest = (existsSync(versions) ? readdirSync(versions) : [])
    .filter((version) => existsSync(join(versions, version, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) return null;
  const bin = join(versions, newest, 'bin');
  return start('postgres', async (folder, port, user) => {
    const data = join(folder, 'data');
    run(join(bin, 'initdb'), ['-D', data, '-U', 'test', '-A', 'trust', '--no-sync'], user);
    return [join(bin, 'postgres'), '-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  });
}

/** MariaDB, user "test" without a password, database "test". */
export async function startMariaDb(): Promise<Server | null> {
  const program = ['/usr/sbin/mariadbd', '/usr/sbin/mysqld'].find((path) => existsSync(path));
  if (program === undefined) return null;
  return start('mysql', async (folder, port, user) => {
    const data = join(folder, 'data');
    run(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
      user,
    );
    const files = [`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`];
    return [
      program,
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-grant-tables',
      '--skip-networking=0',
      ...files,
    ];
  });
}

export async function startRedis(): Promise<Server | null> {
  if (!existsSync('/usr/bin/redis-server')) return null;
  return start('redis', async (folder, port) => [
    ...['/usr/bin/redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
  ]);
}

interface User {
  uid: number;
  gid: number;
}

/** These servers refuse to run as root: as `owner` then, whom their packages have made. */
async function start(
  owner: string,
  prepare: (folder: string, port: number, user: User | null) => Promise<string[]>,
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-server-'));
  const user = process.getuid?.() === 0 ? idsOf(owner) : null;
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const [program, ...args] = await prepare(folder, port, user);
  const child = spawn(program!, args, { ...user, cwd: folder, stdio: 'ignore' });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await answering(port);
  return {
    port,
    stop: async () => {
      child.kill('SIGINT');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await closed;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idsOf(owner: string): User | null {
  const id = (flag: string) => Number(spawnSync('id', [flag, owner], { encoding: 'utf8' }).stdout);
  const [uid, gid] = [id('-u'), id('-g')];
  return uid > 0 ? { uid, gid } : null;
}

function run(program: string, args: string[], user: User | null): void {
  const { status, stdout, stderr } = spawnSync(program, args, { ...user, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function answering(port: number): Promise<void> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; ) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers on port ${port}`);
}

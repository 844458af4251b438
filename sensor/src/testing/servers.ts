// Databases for tests: Debian's own servers, started in a folder of their own on a free port, never as a service of the
// system. null where there is none; scripts/installs/databases.mjs installs them.

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEADLINE_MS = 60_000;
/** From Maven, by scripts/installs/java-servers.mjs. */
const JARS = fileURLToPath(new URL('../../../.cache/java-servers', import.meta.url));
const MONGO = fileURLToPath(new URL('../../../scripts/installs/java-servers/InMemoryMongo.java', import.meta.url));
const JAVA = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', `${JARS}/*`];

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

/** null where it is not installed. */
export async function startRedis(): Promise<Server | null> {
  if (!existsSync('/usr/bin/redis-server')) return null;
  return start('redis', async (folder, port) => [
    ...['/usr/bin/redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
  ]);
}

/** RabbitMQ, user "guest" with the password "guest". */
export async function startRabbitMq(): Promise<Server | null> {
  const program = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  if (!existsSync(program)) return null;
  const [names, nodes] = [await freePort(), await freePort()];
  // Of Erlang's own, which tells nodes of each other; started here so that none is left behind.
  const epmd = spawn('epmd', ['-port', `${names}`], {
    stdio: 'ignore',
    env: { ...process.env, ERL_EPMD_ADDRESS: '127.0.0.1' },
  });
  try {
    await answering(names);
    const server = await start('rabbitmq', async () => [program], {
      signal: 'SIGKILL',
      environment: (folder, port) => ({
        HOME: folder,
        ERL_EPMD_PORT: `${names}`,
        RABBITMQ_NODENAME: 'prodlens@localhost',
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: `${port}`,
        RABBITMQ_DIST_PORT: `${nodes}`,
        RABBITMQ_MNESIA_BASE: join(folder, 'data'),
        RABBITMQ_LOGS: '-',
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
        RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
      }),
    });
    return { port: server.port, stop: () => server.stop().finally(() => epmd.kill()) };
  } catch (error) {
    epmd.kill();
    throw error;
  }
}

/** Apache Kafka, one broker that is its own controller. */
export async function startKafka(): Promise<Server | null> {
  if (!existsSync(JARS)) return null;
  const controller = await freePort();
  return start(
    'nobody',
    async (folder, port, user) => {
      const settings = join(folder, 'server.properties');
      const lines = {
        'process.roles': 'broker,controller',
        'node.id': '1',
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
        'controller.listener.names': 'CONTROLLER',
        'log.dirs': join(folder, 'data'),
        'offsets.topic.replication.factor': '1',
        'offsets.topic.num.partitions': '1',
        'group.initial.rebalance.delay.ms': '0',
      };
      writeFileSync(
        settings,
        Object.entries(lines)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      );
      const id = randomBytes(16).toString('base64url');
      run('java', [...JAVA, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', settings], user);
      return ['java', ...JAVA, 'kafka.Kafka', settings];
    },
    { signal: 'SIGKILL' },
  );
}

/** mongo-java-server, which speaks MongoDB's protocol and keeps everything in memory. */
export async function startMongo(): Promise<Server | null> {
  if (!existsSync(JARS)) return null;
  return start('nobody', async (_folder, port) => ['java', ...JAVA, MONGO, `${port}`], { signal: 'SIGKILL' });
}

interface User {
  uid: number;
  gid: number;
}

interface StartOptions {
  environment?: (folder: string, port: number) => Record<string, string>;
  /** That ends it; what it keeps is thrown away. */
  signal?: NodeJS.Signals;
}

/** Most of these servers refuse to run as root: as `owner` then, whom their packages have made. */
async function start(
  owner: string,
  prepare: (folder: string, port: number, user: User | null) => Promise<string[]>,
  { environment = () => ({}), signal = 'SIGINT' }: StartOptions = {},
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-server-'));
  const user = process.getuid?.() === 0 ? idsOf(owner) : null;
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const [program, ...args] = await prepare(folder, port, user);
  const child = spawn(program!, args, {
    ...user,
    cwd: folder,
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...environment(folder, port) },
  });
  // With what it has started: RabbitMQ's own is a script that waits for the server.
  const end = (by: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, by);
  };
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await answering(port).catch((error) => {
    end('SIGKILL');
    throw error;
  });
  return {
    port,
    stop: async () => {
      end(signal);
      const late = setTimeout(() => end('SIGKILL'), 5_000);
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

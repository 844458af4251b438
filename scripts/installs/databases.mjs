// Finds the databases and the message broker that the tests of queries and jobs start, and on Debian, as root, can install Debian's own. Nothing here
// needs an installed package. The packages come with services of the system; none is started, now or with the system.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { executable, installWithApt } from './apt.mjs';

const POSTGRES = '/usr/lib/postgresql';
const DATABASES = [
  { name: 'PostgreSQL', debian: 'postgresql', service: 'postgresql', isThere: hasPostgres },
  {
    name: 'MariaDB',
    debian: 'mariadb-server',
    service: 'mariadb',
    isThere: async () => (await executable('/usr/sbin/mariadbd')) || executable('/usr/sbin/mysqld'),
  },
  {
    name: 'Redis',
    debian: 'redis-server',
    service: 'redis-server',
    isThere: () => executable('/usr/bin/redis-server'),
  },
  {
    name: 'RabbitMQ',
    debian: 'rabbitmq-server',
    service: 'rabbitmq-server',
    isThere: () => executable('/usr/lib/rabbitmq/bin/rabbitmq-server'),
  },
];
/** Asked by Debian's packages before they start a service; 101 forbids it (invoke-rc.d). */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Names of the databases that are missing, once the reason has been logged. With `install`, Debian's are installed where
 * there are none.
 */
export async function missingDatabases({ install = false, log = () => {} } = {}) {
  const missing = [];
  for (const database of DATABASES) {
    if (await database.isThere()) continue;
    const fault = install ? await installed(database, log) : 'it was not asked to be installed.';
    if (fault === null && (await database.isThere())) continue;
    log(`There is no ${database.name}, and ${fault ?? 'it is still not found after its installation.'}`);
    missing.push(database.name);
  }
  return missing;
}

/** null when it went well, otherwise why not. */
async function installed({ name, debian, service }, log) {
  log(`Installing ${name} with apt-get`);
  const fault = await withoutServices(() => installWithApt(debian));
  if (fault === null) spawnSync('systemctl', ['disable', service], { stdio: 'ignore' }); // where there is no systemd, nothing starts it
  return fault;
}

/** A policy that the machine has is its own, and stays; only where it has none, nothing may start meanwhile. */
async function withoutServices(run) {
  if (process.getuid?.() !== 0 || existsSync(POLICY)) return run();
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await run();
  } finally {
    await rm(POLICY, { force: true });
  }
}

/** The server, not only its client, which lies in the same folder. */
async function hasPostgres() {
  if (!existsSync(POSTGRES)) return false;
  for (const version of readdirSync(POSTGRES)) if (await executable(`${POSTGRES}/${version}/bin/initdb`)) return true;
  return false;
}

// The servers for tests that are Java programs (Apache Kafka, MongoDB's protocol in memory): Maven puts their jars, once,
// into .cache/java-servers (46 MB).

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findJava } from './java.mjs';

const JARS = fileURLToPath(new URL('../../.cache/java-servers', import.meta.url));
const POM = fileURLToPath(new URL('java-servers/pom.xml', import.meta.url));

/** True when the jars and a JDK are there, or could be put there; else the reason has been logged. */
export async function installJavaServers({ log = () => {} } = {}) {
  const java = await findJava({ install: true, log });
  if (java === null) return false;
  if (existsSync(JARS)) return true;
  log('Installing Apache Kafka and mongo-java-server with Maven');
  const work = `${JARS}-installing`;
  await rm(work, { recursive: true, force: true });
  const options = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${work}`];
  const { status, stdout, stderr } = spawnSync(java.mvn, [...options, '-DincludeScope=runtime'], { encoding: 'utf8' });
  if (status !== 0) {
    log(`Maven ended with ${status}: ${stdout}${stderr}`.slice(-2_000));
    return false;
  }
  await rename(work, JARS);
  return true;
}

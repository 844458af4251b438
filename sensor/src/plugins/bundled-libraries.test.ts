// A driver inside of a bundle: made with the plugin, its queries are seen as those of an installed one; without, they are
// not, which is what docs/bundlers.md warns of.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import * as esbuild from 'esbuild';
import { flowPrograms } from '../testing/flow-programs.js';
import { onServer } from '../testing/on-server.js';
import { startPostgres } from '../testing/servers.js';
import { prodlens } from './esbuild.js';

const programs = flowPrograms();
after(programs.remove);

onServer('pg, bundled and minified: queries and routes with the plugin, none without', startPostgres, async (port) => {
  programs.write(
    'main.js',
    `import pg from 'pg';
    import express from 'express';
    import { get } from 'node:http';
    const pool = new pg.Pool({ host: '127.0.0.1', port: ${port}, user: 'test', database: 'postgres' });
    const app = express();
    app.get('/orders/:id', async (request, response) => {
      const { rows } = await pool.query('SELECT $1::text AS id', [request.params.id]);
      response.json(rows);
    });
    const server = app.listen(0, '127.0.0.1', () => get({ port: server.address().port, path: '/orders/7', agent: false },
      (response) => response.resume().once('end', () => setImmediate(() => process.exit()))));`,
  );
  for (const plugins of [[prodlens({ register: false })], []]) {
    await esbuild.build({
      ...{
        absWorkingDir: programs.folder,
        entryPoints: ['main.js'],
        outfile: 'dist/main.cjs',
        external: ['pg-native'],
      },
      ...{ bundle: true, minify: true, platform: 'node', logLevel: 'error', plugins },
    });
    const { flows } = await programs.run('dist/main.cjs');
    const shown = flows.map(({ method, route, status, events }) => {
      return [
        `${method} ${route} ${status}`,
        ...events.map(({ text, parameters, rows }) => ({ text, parameters, rows })),
      ];
    });
    const query = { text: 'SELECT $1::text AS id', parameters: ['7'], rows: [{ id: '7' }] };
    assert.deepEqual(shown, plugins.length > 0 ? [['GET /orders/:id 200', query]] : [['GET null 200']]);
  }
});

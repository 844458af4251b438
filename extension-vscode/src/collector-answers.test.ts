import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { collectorAnswers, Refused } from './collector-answers.js';
import { functionContent } from './function-content.js';

/** `answer`: status and body of each path. */
async function serve(
  answer: (path: string, token: string | undefined) => [number, unknown],
  run: (url: string, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    const [status, body] = answer(url, headers.authorization);
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    await run(`http://127.0.0.1:${address.port}`, asked);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('the token goes along, and what the collector says is said', () =>
  serve(
    (path, token) => {
      if (token !== 'Bearer t') return [401, { error: { message: 'A token is needed.' } }];
      return path.endsWith('/refused') ? [403, { error: { message: 'It needs forensics' } }] : [200, { ok: true }];
    },
    async (url) => {
      assert.deepEqual(await collectorAnswers(`${url}/`, 't')('services'), { ok: true });
      await assert.rejects(collectorAnswers(url, '')('services'), {
        message: `The collector at ${url} says: A token is needed.`,
      });
      await assert.rejects(collectorAnswers(url, 't')('refused'), Refused);
    },
  ));

test('a redirect is no answer: the token is for this address alone', () =>
  serve(
    () => [302, {}],
    async (url, asked) => {
      await assert.rejects(collectorAnswers(url, 't')('services'), /answers HTTP 302/);
      assert.equal(asked.length, 1);
    },
  ));

test('nobody there: a sentence with the address', async () => {
  const message = 'The collector at http://127.0.0.1:1 cannot be asked: ECONNREFUSED.';
  await assert.rejects(collectorAnswers('http://127.0.0.1:1', '')('services'), (error: Error) => {
    assert.ok(error.message === message || /cannot be asked: bad port/.test(error.message), error.message);
    return true;
  });
});

const IN = (environment: string) => ({ id: 'f', environment, calls: 1 });

test('a function is shown in the environment that was chosen, else in that of the settings, else in the first', () =>
  serve(
    (path) => {
      if (path.startsWith('/api/v1/forensics')) return [403, { error: { message: 'The token is for read' } }];
      if (path.includes('/latency')) return [200, { latency: [IN('production'), IN('staging')] }];
      if (path.includes('/tree')) return [200, { tree: null }];
      if (path.includes('/alerts')) return [200, { alerts: [{ state: 'closed' }, { state: 'muted' }] }];
      return [200, { functions: [IN('production'), IN('staging')], window: '1h' }];
    },
    async (url, asked) => {
      const shown = async (environment: string, preferred: string) => {
        const scope = { functionId: 'f/1', environment, window: '1h' };
        return functionContent(collectorAnswers(url, ''), scope, preferred);
      };
      assert.equal((await shown('staging', 'production')).stats.environment, 'staging');
      assert.equal((await shown('', 'staging')).latency?.environment, 'staging');
      const first = await shown('', 'gone');
      assert.equal(first.stats.environment, 'production');
      assert.deepEqual(
        first.alerts.map(({ state }) => state),
        ['muted'],
      );
      assert.match(first.snapshotsRefused ?? '', /says: The token is for read\.$/);
      assert.ok(asked.includes('/api/v1/functions/f%2F1/tree?environment=production&window=1h'));
    },
  ));

// ClickHouse's real back-end behind enough of its HTTP interface for its own client: chdb is ClickHouse as a library,
// and this program hands it the statements that arrive. One after the other, because settings are those of its one
// session. It has no users: whatever password is sent is right.
//
//   node chdb-http.js PATH_OF_CHDB DATA_FOLDER [PORT]     prints the port

import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

interface Session {
  queryAsync(sql: string, options?: { format: string }): Promise<{ bytes(): Uint8Array }>;
  queryBindAsync(sql: string, parameters: object, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
}

const [chdb, folder, port = '0'] = process.argv.slice(2);
const { Session } = createRequire(import.meta.url)(chdb!) as { Session: new (folder: string) => Session };
const session = new Session(folder!);
/** Parameters of a request that are settings of the statement. */
const SETTINGS = /^(output_format_json_quote_64bit_integers|\w*deduplicat\w*)$/;
let previous: Promise<unknown> = Promise.resolve();

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
  if (pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  const body = await textOf(request);
  const query = searchParams.get('query');
  previous = previous
    .then(() => run(query === null ? body : `${query}\n${body}`, searchParams))
    .then(
      (bytes) => response.end(bytes),
      (error: Error & { clickhouseCode?: number }) => {
        response.writeHead(500, { 'X-ClickHouse-Exception-Code': String(error.clickhouseCode ?? 1) });
        response.end(error.message);
      },
    );
});
server.listen(Number(port), '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

async function run(sql: string, parameters: URLSearchParams): Promise<Uint8Array> {
  const settings = [...parameters].filter(([name]) => SETTINGS.test(name));
  for (const [name, value] of [['insert_deduplication_token', ''], ...settings]) {
    await session.queryAsync(`SET ${name} = '${value!.replaceAll("'", "''")}'`);
  }
  const bound = [...parameters].flatMap(([name, value]) =>
    name.startsWith('param_') ? [[name.slice('param_'.length), unescaped(value)]] : [],
  );
  const options = { format: parameters.get('default_format') ?? 'TabSeparated' };
  const result = await (bound.length > 0
    ? session.queryBindAsync(sql, Object.fromEntries(bound), options)
    : session.queryAsync(sql, options));
  return result.bytes();
}

/** As the HTTP interface reads a parameter: with the escapes of a tab-separated field. An array stays as it is. */
function unescaped(value: string): string {
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  return value.startsWith('[') ? value : value.replace(/\\(.)/gs, (_, c: string) => escapes[c] ?? c);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

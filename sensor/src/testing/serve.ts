// For tests: text of a module for programs that serve requests and ask them themselves, all at once.

/** `serve(handle, paths)`: every request runs `handle(path)`, which may throw; asks once for each path, then ends the process. */
export const SERVE = `const http = require('node:http');
exports.serve = async (handle, paths = ['/']) => {
  const server = http.createServer((request, response) =>
    Promise.resolve(request.url).then(handle).then((x) => response.end(String(x)), (error) => {
      if (process.env.SHOW_ERRORS) console.error(error);
      response.statusCode = 500;
      response.end();
    }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await Promise.all(paths.map((path) => new Promise((resolve) =>
    http.get({ port: server.address().port, host: '127.0.0.1', path, agent: false }, (r) => r.resume().once('end', resolve)))));
  setImmediate(() => process.exit());
};`;

// The Express service of service.cjs, asked in its own process and without sockets: what a request costs the program's
// thread, with nothing in it that the system or another process takes. Answers 'requests' with µs a request, the tenth
// part of BATCHES short batches that was fastest: what the machine does besides makes batches slower, never faster.

const net = require('node:net');
const { Duplex } = require('node:stream');

const BATCHES = 20;
const REQUESTS = 50;

const asked = (method, path, body = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: shop\r\n` +
  `${body && `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`}\r\n${body}`;
/** Those of load.mjs that wait for nothing. */
const MIX = [
  asked('GET', '/products/p17'),
  asked('GET', '/products?q=blue+lamp'),
  asked('GET', '/products/p230'),
  asked('GET', '/products?q=clock&page=1'),
  asked('POST', '/orders', '{"customer":""}'),
].map((text) => Buffer.from(text));

/** One end of a connection inside of the process. */
class End extends Duplex {
  _read() {}
  _write(chunk, _encoding, done) {
    this.other.push(chunk);
    done();
  }
  _writev(chunks, done) {
    this.other.push(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }
  setTimeout() {}
}

let server;
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...args) {
  server = this;
  return listen.apply(this, args);
};
require('./service.cjs');

/** A function that asks once and resolves with the answer's last byte. */
function connect() {
  server.keepAliveTimeout = 0;
  const [ours, theirs] = [new End(), new End()];
  ours.other = theirs;
  theirs.other = ours;
  server.emit('connection', theirs);
  let missing = 0;
  let answered;
  ours.on('data', (chunk) => {
    if (missing === 0) {
      const text = chunk.latin1Slice();
      missing = text.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(text)[1]);
    }
    missing -= chunk.length;
    if (missing === 0) answered();
  });
  return (request) =>
    new Promise((resolve) => {
      answered = resolve;
      ours.write(request);
    });
}

let ask;
process.on('message', async (question) => {
  if (question !== 'requests') return;
  ask ??= connect();
  const batchesUs = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = performance.now();
    for (let i = 0; i < REQUESTS; i++) await ask(MIX[i % MIX.length]);
    batchesUs.push(((performance.now() - start) * 1000) / REQUESTS);
    await new Promise(setImmediate);
  }
  batchesUs.sort((a, b) => a - b);
  process.send({ us: batchesUs[Math.floor(BATCHES / 10)] });
});

'use strict';

// Connections that broke, that the server closes, and that are too many; plain HTTP; error pages
// that cannot be decompressed.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const zlib = require('node:zlib');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const BODY = { amount: 5000, currency_code: 'XOF' };
const client = (baseUrl, options) => new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl, ...options });

/** A server that counts its connections. */
async function counting(respond) {
  const connections = new Set();
  const served = await server((request, response) => {
    connections.add(request.socket);
    return respond(request, response);
  });
  return { ...served, connections };
}

test('after a failover the second attempt uses a new connection', async () => {
  let dead = new Set();
  let pending = [];
  const { url, connections, seen } = await counting((request, response) => {
    if (dead.has(request.socket)) request.socket.destroy();
    else if (pending === undefined) json(response, 200, SESSION);
    else if (pending.push(response) === 8) {
      for (const one of pending) json(one, 200, SESSION);
    }
  });
  const api = client(url, { maxRetries: 1 });
  await Promise.all(Array.from({ length: 8 }, () => api.checkoutSessions.get('cs_1')));
  assert.equal(connections.size, 8);
  pending = undefined;
  dead = new Set(connections);
  const before = seen.length;
  const { lastResponse } = await api.checkoutSessions.create(BODY);
  assert.equal(lastResponse.attempts, 2);
  assert.equal(seen.length, before + 2);
  const keys = seen.slice(before).map(({ headers }) => headers['idempotency-key']);
  assert.equal(keys[0], keys[1]);
  assert.equal(connections.size, 9);
});

test('Keep-Alive: timeout= is honoured, with a margin', async () => {
  for (const [seconds, expected] of [
    [1, 3],
    [9, 1],
  ]) {
    const { url, connections } = await counting((_, response) =>
      json(response, 200, SESSION, { connection: 'keep-alive', 'keep-alive': `timeout=${seconds}` }),
    );
    const api = client(url);
    for (let at = 0; at < 3; at++) await api.checkoutSessions.create(BODY);
    assert.equal(connections.size, expected, `timeout=${seconds}`);
  }
});

test('prewarm opens the connection of the next call', async () => {
  let opened = 0;
  const { url, seen, listener } = await server((_, response) => json(response, 200, SESSION));
  listener.on('connection', () => (opened += 1));
  const api = client(url);
  assert.equal(await api.prewarm(), undefined);
  await api.prewarm();
  // The server's side of it may come in a later turn of the event loop.
  while (opened === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(seen.length, 0);
  assert.equal((await api.checkoutSessions.get('cs_1')).amount, 5000);
  assert.deepEqual([opened, seen.length], [1, 1]);
});

test('prewarm rejects with the error of a call', async () => {
  const { url, listener } = await server(() => {});
  await new Promise((resolve) => listener.close(resolve));
  const api = client(url, { maxRetries: 0 });
  const [ahead, called] = await Promise.all(
    [api.prewarm(), api.checkoutSessions.get('cs_1')].map((call) => call.catch((error) => error)),
  );
  assert.ok(ahead instanceof lomi.APIConnectionError);
  assert.equal(ahead.message, called.message);
});

test('plain HTTP beyond loopback only with allowHttp', async () => {
  const { url, seen } = await server((_, response) => json(response, 200, SESSION));
  // An address of this machine that is not a loopback address.
  const baseUrl = url.replace('127.0.0.1', '0.0.0.0');
  for (const allowHttp of [undefined, null, false]) {
    assert.throws(() => client(baseUrl, { allowHttp }), lomi.ConfigurationError);
    const documented = { apiKey: 'lomi_sk_test_1', basePath: baseUrl, allowHttp };
    assert.throws(() => new lomi.Configuration(documented), lomi.ConfigurationError);
  }
  for (const allowHttp of ['true', 1, {}]) {
    assert.throws(() => client(baseUrl, { allowHttp }), /allowHttp must be true or false/);
  }
  assert.equal(seen.length, 0);
  const session = await client(baseUrl, { allowHttp: true }).checkoutSessions.get('cs_1');
  assert.equal(session.amount, 5000);
});

test('a warning about a client is emitted once', async () => {
  const warnings = [];
  const listen = ({ name, message }) => name === 'LomiWarning' && warnings.push(message);
  process.on('warning', listen);
  const { url } = await server((_, response) => json(response, 200, SESSION));
  const api = client(url.replace('127.0.0.1', '0.0.0.0'), { allowHttp: true });
  api.setApiKey('lomi_sk_test_2');
  await api.checkoutSessions.get('cs_1');
  // A test key on the live host; LomiClient refuses it.
  new lomi.Configuration({ apiKey: 'lomi_sk_test_1', basePath: 'https://api.lomi.africa' });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  assert.deepEqual(warnings, [...new Set(warnings)]);
  assert.equal(
    warnings.filter((sentence) => sentence.includes('api.lomi.africa')).length,
    1,
    warnings.join(),
  );
});

test('calls beyond maxConnections wait for a connection', async () => {
  let busy = 0;
  let most = 0;
  const { url, connections } = await counting(async (_, response) => {
    most = Math.max(most, ++busy);
    await new Promise((resolve) => setTimeout(resolve, 50));
    busy--;
    json(response, 200, SESSION);
  });
  const api = client(url, { maxConnections: 2 });
  await Promise.all(Array.from({ length: 8 }, () => api.checkoutSessions.create(BODY)));
  assert.equal(most, 2);
  assert.equal(connections.size, 2);
  for (const maxConnections of [0, -1, 1.5, NaN, '2', 2 ** 40]) {
    assert.throws(() => client(url, { maxConnections }), lomi.ConfigurationError, String(maxConnections));
  }
});

test('a call that gets no connection in time was not sent', async () => {
  const { url, seen } = await server(() => {});
  const api = client(url, { maxConnections: 1, maxRetries: 0 });
  const first = api.checkoutSessions.create(BODY, { timeout: 600 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const error = await api.checkoutSessions.create(BODY, { timeout: 200 }).then(assert.fail, (error) => error);
  assert.equal(error.outcome, 'not_sent', error.message);
  assert.ok(!(error instanceof lomi.OutcomeUnknownError));
  await assert.rejects(first, lomi.OutcomeUnknownError);
  assert.equal(seen.length, 1);
});

test('an error page that cannot be decompressed keeps its status and Retry-After', async () => {
  const page = JSON.stringify({ error: { code: 'busy', message: 'try later' } });
  const packed = zlib.gzipSync(page);
  for (const [encoding, body, code] of [
    ['gzip', packed, 'busy'],
    ['x-gzip, identity', packed, 'busy'],
    ['gzip', packed.subarray(0, 12), null],
    ['gzip', Buffer.from(page), undefined],
    ['br', zlib.brotliCompressSync(page), null],
    ['deflate', zlib.deflateSync(page), null],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), null],
    ['made-up', packed, null],
  ]) {
    const { url, seen } = await server((_, response) => {
      response.writeHead(503, { 'content-encoding': encoding, 'retry-after': '7' });
      response.end(body);
    });
    const error = await client(url, { maxRetries: 0 })
      .checkoutSessions.get('cs_1')
      .then(assert.fail, (error) => error);
    assert.equal(error.constructor, lomi.ServerError, `${encoding}: ${error.message}`);
    assert.equal(error.status, 503);
    assert.equal(error.retryAfter, 7, encoding);
    assert.equal(error.headers['content-encoding'], encoding);
    if (code !== undefined) assert.equal(error.code, code, encoding);
    assert.equal(seen[0].headers['accept-encoding'], 'gzip');
  }
});

'use strict';

// Idempotency keys given as headers, and errors of writes that may have been carried out.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const KEY = 'lomi_sk_test_1';
const lost = (request) => request.socket.destroy();

async function client(respond, options = {}) {
  const { url, seen } = await server(respond);
  return { api: new lomi.LomiClient({ apiKey: KEY, baseUrl: url, ...options }), seen, url };
}

const failure = (call) =>
  call.then(
    () => assert.fail('it did not fail'),
    (error) => error,
  );

test('an Idempotency-Key header is the key, in any case and in any form of headers', async () => {
  for (const headers of [
    { 'Idempotency-Key': 'order-77', 'X-Request-Id': 'r-7' },
    new Headers({ 'idempotency-key': 'order-77', 'x-request-id': 'r-7' }),
    [
      ['IDEMPOTENCY-KEY', 'order-77'],
      ['X-REQUEST-ID', 'r-7'],
    ],
  ]) {
    const { api, seen } = await client(lost, { maxRetries: 1 });
    const error = await failure(api.checkoutSessions.create({ amount: 1 }, { headers }));
    assert.deepEqual([error.idempotencyKey, error.requestId], ['order-77', 'r-7']);
    assert.match(error.message, /idempotency key order-77/);
    for (const request of seen) {
      assert.equal(request.headers['idempotency-key'], 'order-77');
      assert.equal(request.headers['x-request-id'], 'r-7');
    }
  }
  const { api } = await client((_, response) => json(response, 201, SESSION));
  const made = await api.checkoutSessions.create({ amount: 1 }, { headers: { 'Idempotency-Key': 'a' } });
  assert.equal(made.lastResponse.idempotencyKey, 'a');
});

test('an unusable key is refused', async () => {
  const { api, seen } = await client((_, response) => json(response, 201, SESSION));
  for (const options of [
    { headers: { 'Idempotency-Key': '' } },
    { headers: { 'Idempotency-Key': ' ' } },
    { headers: { 'X-Request-Id': ' ' } },
    { headers: { 'idempotency-key': 'a' }, idempotencyKey: 'b' },
    { headers: { 'x-request-id': 'a' }, requestId: 'b' },
  ]) {
    const error = await failure(api.checkoutSessions.create({ amount: 1 }, options));
    assert.equal(error.constructor, lomi.ValidationError, JSON.stringify(options));
  }
  assert.equal(seen.length, 0);
});

test('one key for all calls is refused, a fixed request id is reported', async () => {
  const headers = { 'Idempotency-Key': 'a' };
  assert.throws(() => new lomi.LomiClient({ apiKey: KEY, headers }), lomi.ConfigurationError);
  assert.throws(() => new lomi.Configuration({ apiKey: KEY, headers }), /one key for all calls/);
  const { api } = await client((_, response) => json(response, 404, {}), {
    headers: { 'x-request-id': 'trace-1' },
  });
  assert.equal((await failure(api.checkoutSessions.get('a'))).requestId, 'trace-1');
});

test('every unknown outcome of a write is an OutcomeUnknownError, and of its own class', async () => {
  for (const [respond, type] of [
    [(_, response) => json(response, 502, {}), lomi.ServerError],
    [(_, response) => json(response, 200, '<html>'), lomi.UnexpectedResponseError],
    [(_, response) => json(response, 303, '', { location: '/x' }), lomi.UnexpectedRedirectError],
    [lost, lomi.APIConnectionError],
  ]) {
    const { api } = await client(respond, { maxRetries: 0 });
    for (const write of [
      () => api.checkoutSessions.create({ amount: 1 }),
      () => api.request({ method: 'POST', path: '/refunds', body: {} }),
    ]) {
      const error = await failure(write());
      assert.ok(error instanceof lomi.OutcomeUnknownError && error instanceof type, error.stack);
      assert.equal(error instanceof lomi.APIConnectionError, respond === lost);
      assert.equal(error.kind, respond === lost ? 'OutcomeUnknownError' : type.name);
      assert.equal(error.outcome, 'unknown');
      assert.ok(error.idempotencyKey);
    }
    const read = await failure(api.checkoutSessions.get('a'));
    assert.ok(read instanceof type && !(read instanceof lomi.OutcomeUnknownError));
  }
  const { api } = await client((_, response) => json(response, 400, {}));
  const refused = await failure(api.checkoutSessions.create({ amount: 1 }));
  assert.ok(!(refused instanceof lomi.OutcomeUnknownError));
});

test('OutcomeUnknownError stays a class', () => {
  class Own extends lomi.OutcomeUnknownError {}
  assert.ok(new lomi.OutcomeUnknownError('x') instanceof lomi.OutcomeUnknownError);
  assert.ok(new Own('x') instanceof lomi.OutcomeUnknownError && new Own('x') instanceof Own);
  for (const other of [null, undefined, 1, {}, new Error('x'), new lomi.ServerError('x')]) {
    assert.ok(!(other instanceof lomi.OutcomeUnknownError) && !(other instanceof Own));
  }
});

for (const stderr of ['2>/dev/full', '2>&-']) {
  test(`a log that cannot be written (${stderr}) changes nothing`, async () => {
    const { url } = await server((_, response) => json(response, 201, SESSION));
    const code = `const { LomiClient } = require(${JSON.stringify(path.join(__dirname, '..'))});
      new LomiClient({ apiKey: '${KEY}', baseUrl: '${url}' }).checkoutSessions.create({ amount: 1 })
        .then((session) => console.log(session.checkout_session_id));`;
    const env = { ...process.env, LOMI_LOG: 'info' };
    const stdout = await new Promise((resolve, reject) => {
      const shell = ['-c', `exec "$0" -e "$1" ${stderr}`, process.execPath, code];
      execFile('sh', shell, { env }, (error, text) => (error ? reject(error) : resolve(text)));
    });
    assert.equal(stdout, 'cs_1\n');
  });
}

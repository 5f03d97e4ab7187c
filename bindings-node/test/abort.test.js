'use strict';

// A call whose signal is aborted: the error says whether a request was sent.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const BODY = { amount: 5000, currency_code: 'XOF' };

let api;
let seen;
let arrived;
before(async () => {
  const silent = await server((request, response) => {
    if (request.url.includes('busy')) json(response, 503, {}, { 'retry-after': '20' });
    if (request.url.includes('quick')) json(response, 200, SESSION);
    arrived?.();
  });
  ({ seen } = silent);
  api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: silent.url });
});

/** Resolves when the server has the next request. */
const nextRequest = () => new Promise((resolve) => (arrived = resolve));

async function cancelled(promise) {
  const error = await promise.then(
    () => assert.fail('the call succeeded'),
    (error) => error,
  );
  assert.equal(error.constructor, lomi.CancelledError, String(error));
  assert.equal(error.name, 'CancelledError');
  return error;
}

test('aborted before the start: not sent, with its key', async () => {
  const before = seen.length;
  const reason = new Error('no longer wanted');
  const signal = AbortSignal.abort(reason);
  const error = await cancelled(api.checkoutSessions.create(BODY, { signal, idempotencyKey: 'order-1' }));
  const { outcome, attempts, idempotencyKey, operation, cause } = error;
  assert.deepEqual(
    { outcome, attempts, idempotencyKey, operation },
    { outcome: 'not_sent', attempts: 0, idempotencyKey: 'order-1', operation: 'create_checkout_session' },
  );
  assert.equal(cause, reason);
  assert.ok(!(error instanceof lomi.OutcomeUnknownError));
  assert.match(error.stack, /abort\.test\.js/, 'the stack leads to the caller');
  const list = await cancelled(api.checkoutSessions.list({}, { signal }).then());
  assert.equal(list.operation, 'list_checkout_sessions');
  const raw = await cancelled(api.request({ method: 'POST', path: '/refunds', body: {}, signal }));
  assert.equal(raw.operation, 'POST /refunds');
  assert.match(raw.idempotencyKey, /^[0-9a-f-]{36}$/);
  await assert.rejects(api.checkoutSessions.get('', { signal }), lomi.ValidationError);
  assert.equal(seen.length, before, 'nothing is sent');
});

test('aborted while waiting for the response: unknown, with the key that was sent', async () => {
  for (const call of [
    (options) => api.checkoutSessions.create(BODY, options),
    (options) => api.request({ method: 'POST', path: '/refunds', body: {}, ...options }),
  ]) {
    const controller = new AbortController();
    const request = nextRequest();
    const call_ = cancelled(call({ signal: controller.signal }));
    await request;
    controller.abort('closed');
    const error = await call_;
    assert.equal(error.outcome, 'unknown');
    assert.ok(error instanceof lomi.OutcomeUnknownError);
    assert.equal(error.attempts, 1);
    assert.equal(error.idempotencyKey, seen.at(-1).headers['idempotency-key']);
    assert.match(error.message, /may have been carried out/);
    assert.equal(error.cause, 'closed');
    assert.equal(JSON.parse(JSON.stringify(error)).idempotencyKey, error.idempotencyKey);
  }
});

test('AbortSignal.timeout', async () => {
  const error = await cancelled(api.checkoutSessions.create(BODY, { signal: AbortSignal.timeout(50) }));
  assert.equal(error.cause.name, 'TimeoutError');
  assert.equal(error.outcome, 'unknown');
  assert.equal(error.idempotencyKey, seen.at(-1).headers['idempotency-key']);
});

test('aborted during the pause before a retry', async () => {
  const controller = new AbortController();
  const before = seen.length;
  const request = nextRequest();
  const call = cancelled(api.checkoutSessions.get('busy', { signal: controller.signal }));
  await request;
  await new Promise((resolve) => setTimeout(resolve, 50));
  const started = performance.now();
  controller.abort();
  const error = await call;
  assert.ok(performance.now() - started < 1000);
  assert.equal(error.attempts, 1);
  assert.equal(error.operation, 'retrieve_checkout_session');
  assert.ok(!(error instanceof lomi.OutcomeUnknownError), 'a read changes nothing');
  assert.equal(error.cause.name, 'AbortError');
  assert.equal(seen.length, before + 1, 'nothing more is sent');
});

test('aborted in the middle of a list', async () => {
  const { url } = await server((request, response) => {
    if (request.url.includes('offset')) return;
    json(response, 200, { data: [SESSION], pagination: { limit: 1, offset: 0, total: 5 } });
  });
  const controller = new AbortController();
  const client = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url });
  const walk = client.checkoutSessions.list({ limit: 1 }, { signal: controller.signal });
  const items = walk[Symbol.asyncIterator]();
  assert.equal((await items.next()).done, false);
  setTimeout(() => controller.abort(), 50);
  const error = await cancelled(items.next());
  assert.equal(error.operation, 'list_checkout_sessions');
  assert.equal(error.attempts, 1);
});

test('a thousand aborts: an error that says not sent is right', async () => {
  const paths = new Set();
  const { url } = await server((request) => paths.add(request.headers['idempotency-key']));
  const client = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url, maxRetries: 0 });
  const errors = [];
  for (let at = 0; at < 20; at++) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, number) => {
        const controller = new AbortController();
        const call = cancelled(client.checkoutSessions.create(BODY, { signal: controller.signal }));
        if (number % 2) controller.abort();
        else setTimeout(() => controller.abort(), 0);
        errors.push(await call);
      }),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(new Set(errors.map((error) => error.idempotencyKey)).size, 1000);
  const wrong = errors.filter((error) => error.outcome === 'not_sent' && paths.has(error.idempotencyKey));
  assert.equal(wrong.length, 0);
});

test('a signal of another library, and one that fails', async () => {
  const listeners = new Set();
  const signal = {
    aborted: false,
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
  };
  const session = await api.checkoutSessions.get('quick', { signal });
  assert.equal(session.amount, 5000);
  assert.equal(listeners.size, 0);
  const call = cancelled(api.checkoutSessions.get('x', { signal }));
  signal.reason = 'theirs';
  for (const listener of listeners) listener();
  assert.equal((await call).cause, 'theirs');
  const before = seen.length;
  const addEventListener = () => {
    throw new Error('mine');
  };
  const failing = { ...signal, addEventListener };
  await assert.rejects(api.checkoutSessions.get('quick', { signal: failing }), lomi.ValidationError);
  assert.equal(seen.length, before, 'nothing is sent');
});

'use strict';

// The options onRequest and onResponse.

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const KEY = 'lomi_sk_test_secretpart';

/** Responds with 503 to every request with an odd number. */
async function flaky() {
  let requests = 0;
  const { url } = await server((_, response) => {
    requests += 1;
    if (requests % 2 === 1) json(response, 503, {});
    else json(response, 200, SESSION, { 'x-request-id': 'req_1' });
  });
  return url;
}

/** Hooks that add their events to a list. */
function recorder() {
  const events = [];
  return {
    events,
    hooks: {
      onRequest: (event) => events.push(['request', event]),
      onResponse: (event) => events.push(['response', event]),
    },
  };
}

/** The process warnings of this package while `run` runs. */
async function warningsOf(run) {
  const messages = [];
  const listener = ({ name, message }) => name === 'LomiWarning' && messages.push(message);
  process.on('warning', listener);
  await run();
  await sleep(10);
  process.off('warning', listener);
  return messages;
}

test('two attempts give two events each, in order and before the result', async () => {
  const { events, hooks } = recorder();
  const api = new lomi.LomiClient({ apiKey: KEY, baseUrl: await flaky(), ...hooks });
  const options = { idempotencyKey: 'order-7', requestId: 'mine' };
  await api.checkoutSessions.create({ amount: 5000, currency_code: 'XOF', title: 'private' }, options);
  const call = {
    operation: 'create_checkout_session',
    method: 'POST',
    route: '/checkout-sessions',
    idempotencyKey: 'order-7',
  };
  const [, { elapsedMs, retryInMs }] = events[1];
  const [, { elapsedMs: lastElapsedMs }] = events[3];
  assert.ok(Number.isInteger(elapsedMs) && Number.isInteger(lastElapsedMs) && retryInMs > 0);
  assert.deepEqual(events, [
    ['request', { ...call, attempt: 1, requestId: 'mine' }],
    ['response', { ...call, attempt: 1, status: 503, error: null, elapsedMs, requestId: 'mine', retryInMs }],
    ['request', { ...call, attempt: 2, requestId: 'mine' }],
    [
      'response',
      {
        ...call,
        attempt: 2,
        status: 200,
        error: null,
        elapsedMs: lastElapsedMs,
        requestId: 'req_1',
        retryInMs: null,
      },
    ],
  ]);
  assert.doesNotMatch(JSON.stringify(events), /private|secretpart/);
  assert.ok(events.every(([, event]) => Object.isFrozen(event)));
});

test('a route has no values, whatever calls it', async () => {
  const { url } = await server((_, response) => json(response, 200, SESSION));
  const { events, hooks } = recorder();
  const api = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, ...hooks });
  api.setApiKey(`${KEY}2`);
  await api.checkoutSessions.get('cs_private');
  await api.request({ path: '/providers/private', query: { name: 'private' } });
  const configuration = new lomi.Configuration({ apiKey: KEY, basePath: url, ...hooks });
  await new lomi.CheckoutSessionsApi(configuration).retrieveCheckoutSession('cs_private');
  assert.equal(events.length, 6);
  assert.match(events[0][1].route, /\{/);
  const [raw] = events.splice(2, 2);
  assert.equal(raw[1].route, '/providers/private');
  assert.doesNotMatch(JSON.stringify(events), /private/);
});

test('a failure has the name of its class', async () => {
  const { url } = await server((request) => request.socket.destroy());
  const { events, hooks } = recorder();
  const api = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, maxRetries: 1, ...hooks });
  await assert.rejects(api.checkoutSessions.get('cs_1'), lomi.APIConnectionError);
  const responses = events.filter(([what]) => what === 'response').map(([, event]) => event);
  assert.deepEqual(
    responses.map(({ status, error, attempt }) => [status, error, attempt]),
    [
      [null, 'APIConnectionError', 1],
      [null, 'APIConnectionError', 2],
    ],
  );
  assert.ok(responses[0].retryInMs >= 0 && responses[1].retryInMs === null);
});

test('a call that sends nothing has no events', async () => {
  const { events, hooks } = recorder();
  const api = new lomi.LomiClient({ apiKey: KEY, baseUrl: 'http://127.0.0.1:1', ...hooks });
  await assert.rejects(api.checkoutSessions.create({ amount: 1.5 }), lomi.ValidationError);
  const signal = AbortSignal.abort();
  await assert.rejects(api.checkoutSessions.get('cs_1', { signal }), lomi.CancelledError);
  assert.deepEqual(events, []);
});

test('a call that is aborted has the event of its request', async () => {
  const { url } = await server(() => {});
  const controller = new AbortController();
  const { events, hooks } = recorder();
  const onRequest = (event) => {
    hooks.onRequest(event);
    controller.abort();
  };
  const api = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, ...hooks, onRequest });
  await assert.rejects(api.checkoutSessions.get('cs_1', { signal: controller.signal }), lomi.CancelledError);
  assert.deepEqual(
    events.map(([what]) => what),
    ['request'],
  );
});

test('each of many calls at once has its own events', async () => {
  const { url } = await server((_, response) => json(response, 200, SESSION));
  const seen = new Map();
  const count = ({ requestId }) => seen.set(requestId, (seen.get(requestId) ?? 0) + 1);
  const api = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, onRequest: count, onResponse: count });
  const ids = Array.from({ length: 300 }, (_, at) => `request-${at}`);
  await Promise.all(
    ids.map(async (requestId) => {
      await api.checkoutSessions.get('cs_1', { requestId });
      assert.equal(seen.get(requestId), 2);
    }),
  );
  assert.equal(seen.size, ids.length);
});

test('a hook runs in the async context of the call, also for the pages of a list', async () => {
  let pages = 0;
  const { url } = await server((_, response) => {
    pages += 1;
    const row = { ...SESSION, checkout_session_id: `cs_${pages}` };
    json(response, 200, { ...SESSION, data: [row], has_more: true, next_cursor: `after-${pages}` });
  });
  const storage = new AsyncLocalStorage();
  const seen = [];
  const see = () => seen.push(storage.getStore());
  const api = new lomi.LomiClient({
    apiKey: KEY,
    baseUrl: url,
    onRequest: see,
    onResponse: see,
    logger: see,
  });
  const run = (name, call) => storage.run(name, call);
  await Promise.all([
    run('a', () => api.checkoutSessions.get('cs_1')),
    run('b', async () => {
      await sleep(1);
      await api.checkoutSessions.get('cs_1');
    }),
    run('c', async () => {
      await api.checkoutSessions.list();
    }),
    run('d', async () => {
      for await (const _ of api.checkoutSessions.list()) break;
    }),
  ]);
  const { nextPage } = await run('e', async () => {
    const first = await api.checkoutSessions.list();
    return { nextPage: () => first.nextPage() };
  });
  await run('f', nextPage);
  assert.deepEqual(
    seen.sort(),
    'abcdef'.split('').flatMap((name) => [name, name, name]),
  );
});

test('a hook that throws or rejects has no effect, and is reported once', async () => {
  const broken = (event) => {
    event.attempt = 100;
  };
  const rejecting = async () => {
    throw new Error(`the key is ${KEY}`);
  };
  const options = { apiKey: KEY, onRequest: broken, onResponse: rejecting, logger: broken };
  const warnings = await warningsOf(async () => {
    const api = new lomi.LomiClient({ ...options, baseUrl: await flaky() });
    for (let call = 0; call < 3; call++) {
      assert.equal((await api.checkoutSessions.get('cs_1')).amount, 5000);
    }
  });
  assert.equal(warnings.length, 2);
  assert.match(warnings[0], /^onRequest threw an error, which has no effect on calls: TypeError: /);
  assert.match(warnings[1], /^onResponse threw an error, .*: Error: the key is /);
  assert.doesNotMatch(warnings[1], /secretpart/);
});

test('a hook must be a function whose body runs', () => {
  const wrong = ['x', 5, {}, [], true];
  const generators = [function* () {}, async function* () {}];
  for (const name of ['onRequest', 'onResponse', 'logger']) {
    for (const hook of [...wrong, ...generators]) {
      for (const Type of [lomi.LomiClient, lomi.Configuration]) {
        assert.throws(
          () => new Type({ apiKey: KEY, [name]: hook }),
          (error) => error instanceof lomi.ConfigurationError && error.message.startsWith(`${name} must be`),
        );
      }
    }
    assert.ok(new lomi.LomiClient({ apiKey: KEY, [name]: null }));
  }
});

test('a hook may make calls of its own', async () => {
  const { url } = await server((_, response) => json(response, 200, SESSION));
  const other = new lomi.LomiClient({ apiKey: KEY, baseUrl: url });
  const calls = [];
  const onResponse = () => calls.push(other.checkoutSessions.get('cs_2'));
  const api = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, onResponse });
  await api.checkoutSessions.get('cs_1');
  assert.ok(calls.length >= 1);
  for (const { amount } of await Promise.all(calls)) assert.equal(amount, 5000);
});

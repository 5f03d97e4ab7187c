'use strict';

// The defects of the older TypeScript client, by number: this package has none of them.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { inspect } = require('node:util');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const client = (url, options) => new lomi.LomiSDK({ apiKey: 'lomi_sk_test_first', baseUrl: url, ...options });
const echo = () => server((_, response) => json(response, 200, SESSION));

test('defect 1: a second client changes the key and the host of the first', async () => {
  const [one, two] = [await echo(), await echo()];
  const first = client(one.url);
  const second = client(two.url, { apiKey: 'lomi_sk_test_second' });
  second.setApiKey('lomi_sk_test_third');
  await first.checkoutSessions.get('x');
  await second.checkoutSessions.get('x');
  assert.equal(one.seen.length, 1);
  assert.equal(one.seen[0].headers['x-api-key'], 'lomi_sk_test_first');
  assert.equal(two.seen[0].headers['x-api-key'], 'lomi_sk_test_third');
  assert.equal(first.getBaseUrl(), one.url);
  assert.throws(() => first.setApiKey('lomi_pk_x'), lomi.ConfigurationError);
  await first.checkoutSessions.get('x');
  assert.equal(one.seen[1].headers['x-api-key'], 'lomi_sk_test_first');
});

test('defect 2: the timeout option does nothing', async () => {
  const { url } = await server(() => {});
  const started = performance.now();
  await assert.rejects(client(url, { timeout: 300 }).checkoutSessions.get('x'), lomi.APITimeoutError);
  const took = performance.now() - started;
  assert.ok(took > 250 && took < 1500, `${took} ms`);
});

test('defect 3: a thrown error is not a LomiError, and has no status', async () => {
  const { url } = await server((_, response) =>
    json(response, 404, { error: { code: 'not_found', message: 'gone' } }),
  );
  await assert.rejects(client(url).checkoutSessions.get('x'), (error) => {
    return error instanceof lomi.LomiError && error instanceof lomi.NotFoundError && error.status === 404;
  });
});

test('defect 4: the message is [object Object], or the status is lost', async () => {
  for (const body of [
    { error: { code: 'bad_request', message: 'amount is wrong', details: { field: 'amount' } } },
    { statusCode: 400, message: ['amount is wrong', 'title is empty'], error: 'Bad Request' },
    { message: 'amount is wrong' },
    { error: 'amount is wrong' },
    'amount is wrong',
  ]) {
    const { url } = await server((_, response) => json(response, 400, JSON.stringify(body)));
    await assert.rejects(client(url).checkoutSessions.create({ amount: 1 }), (error) => {
      assert.match(error.message, /amount is wrong/);
      return error.status === 400 && error instanceof lomi.BadRequestError;
    });
  }
});

test('defect 5: a network failure prints the key', async () => {
  const api = client('http://127.0.0.1:1', { maxRetries: 0 });
  const error = await api.checkoutSessions.get('x').catch((e) => e);
  assert.ok(error instanceof lomi.APIConnectionError);
  for (let cause = error; cause; cause = cause.cause) {
    assert.ok(!inspect(cause, { depth: Infinity, showHidden: true }).includes('first'));
  }
});

test('defect 6: a write drops its body', async () => {
  const { url, seen } = await echo();
  const api = client(url);
  await api.checkoutSessions.create({ title: 'a' });
  await api.checkoutSessions.update('x', { title: 'b' });
  await api.request({ method: 'POST', path: '/webhooks', body: { url: 'https://x' } });
  assert.deepEqual(
    seen.map((request) => JSON.parse(request.body)),
    [{ title: 'a' }, { title: 'b' }, { url: 'https://x' }],
  );
  const before = seen.length;
  await assert.rejects(api.checkoutSessions.create(), lomi.ValidationError);
  await assert.rejects(api.checkoutSessions.update('x'), lomi.ValidationError);
  assert.equal(seen.length, before, 'an empty request is never sent in place of one');
});

test('defect 7: ids reach other routes', async () => {
  const { url, seen } = await echo();
  for (const id of ['../payouts', '..', '', undefined, '$&']) {
    await client(url)
      .checkoutSessions.get(id)
      .catch((error) => assert.ok(error instanceof lomi.ValidationError));
  }
  assert.deepEqual(
    seen.map((request) => request.url),
    ['/checkout-sessions/..%2Fpayouts', '/checkout-sessions/%24%26'],
  );
});

test('defect 8: a web page with status 200 is returned as text', async () => {
  const { url } = await server((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>Log in to the Wi-Fi</body></html>');
  });
  await assert.rejects(client(url).checkoutSessions.get('x'), lomi.UnexpectedResponseError);
  await assert.rejects(client(url).request({ path: '/x' }), lomi.UnexpectedResponseError);
});

test('defect 9: redirects take the key to other hosts', async () => {
  const other = await echo();
  for (const status of [301, 302, 303, 307, 308]) {
    const { url, seen } = await server((_, response) => {
      response.writeHead(status, { location: `${other.url}/x` });
      response.end();
    });
    await assert.rejects(client(url).checkoutSessions.create({ amount: 1 }), lomi.UnexpectedRedirectError);
    assert.equal(seen.length, 1);
  }
  assert.equal(other.seen.length, 0);
});

test('defect 10: no retry, no rate limit, no idempotency key', async () => {
  let left = 2;
  const { url, seen } = await server((_, response) =>
    left-- > 0 ? json(response, 503, {}) : json(response, 201, SESSION),
  );
  const session = await client(url).checkoutSessions.create({ amount: 1 });
  assert.equal(session.lastResponse.attempts, 3);
  assert.equal(new Set(seen.map((request) => request.headers['idempotency-key'])).size, 1);
  await client(url).checkoutSessions.create({ amount: 1 }, { idempotencyKey: 'order-7' });
  assert.equal(seen.at(-1).headers['idempotency-key'], 'order-7');

  const limited = await server((_, response) =>
    json(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '900' }),
  );
  const started = performance.now();
  await assert.rejects(client(limited.url).checkoutSessions.list(), (error) => {
    return error instanceof lomi.RateLimitError && error.retryAfter === 900;
  });
  assert.ok(performance.now() - started < 1000, 'it does not sleep for 15 minutes');
});

test('defect 11: a test key goes to the live host, and the test environment has a fixed address', async () => {
  const { url } = await echo();
  assert.equal(new lomi.LomiSDK('lomi_sk_test_1').getBaseUrl(), 'https://sandbox.api.lomi.africa');
  assert.equal(new lomi.LomiSDK('lomi_sk_live_1').getBaseUrl(), 'https://api.lomi.africa');
  assert.equal(client(url, { environment: 'test' }).getBaseUrl(), url);
  assert.throws(
    () => new lomi.LomiSDK({ apiKey: 'lomi_sk_test_1', environment: 'live' }),
    lomi.ConfigurationError,
  );
});

test('defect 12: the documentation calls methods that do not exist', async () => {
  const { url } = await echo();
  const api = client(url);
  for (const verb of ['create', 'get', 'list', 'update', 'delete']) {
    assert.equal(typeof api.checkoutSessions[verb], 'function');
  }
  const documented = new lomi.CheckoutSessionsApi(
    new lomi.Configuration({ apiKey: 'lomi_sk_test_1', basePath: url }),
  );
  assert.equal(typeof documented.createCheckoutSession, 'function');
});

test('defect 13: no help to verify webhooks', () => {
  const body = '{"id":"1","event":"PAYMENT_SUCCEEDED","data":{}}';
  const signature = lomi.webhooks.sign(body, 'whsec_1');
  assert.equal(lomi.webhooks.constructEvent(body, signature, 'whsec_1').id, '1');
});

test('defect 14: unused dependencies, and a browser library on servers', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(__dirname, '../package.json'), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
    assert.equal(manifest.scripts[script], undefined, 'nothing runs when it is installed');
  }
});

test('headers of a client cannot replace its key', async () => {
  const { url, seen } = await echo();
  await client(url, { headers: { 'x-team': 'shop' } }).checkoutSessions.get('x');
  assert.equal(seen[0].headers['x-api-key'], 'lomi_sk_test_first');
  assert.equal(seen[0].headers['x-team'], 'shop');
  assert.match(seen[0].headers['user-agent'], /^lomi-node\/\d/);
});

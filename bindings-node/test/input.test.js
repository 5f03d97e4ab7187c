'use strict';

// Input that is refused before anything is sent.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

let echo;
before(async () => {
  echo = await server((_, response) => json(response, 200, SESSION));
});

const client = (options = {}) =>
  new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: echo.url, ...options });

async function refused(promise, type = lomi.ValidationError) {
  const before = echo.seen.length;
  await assert.rejects(promise, (error) => error.constructor === type && error.outcome === 'not_sent');
  assert.equal(echo.seen.length, before, 'nothing is sent');
}

/** The body that the server receives. */
async function sent(body) {
  await client().checkoutSessions.create(body);
  return echo.seen.at(-1).body;
}

test('a client with unusable options is not made', () => {
  for (const wrong of [
    { apiKey: '' },
    { apiKey: '  ' },
    { apiKey: 'lomi_pk_test_1' },
    { apiKey: 'lomi_sk_test_1\n' },
    { apiKey: 5 },
    { apiKey: null },
    { baseUrl: 'http://api.lomi.africa' },
    { baseUrl: 'ftp://localhost' },
    { baseUrl: 'https://user:pass@api.lomi.africa' },
    { baseUrl: 5 },
    { environment: 'live', baseUrl: undefined },
    { environment: 'staging', baseUrl: undefined },
    { timeout: 0 },
    { timeout: -1 },
    { timeout: NaN },
    { timeout: '5000' },
    { maxRetries: -1 },
    { maxRetries: 1.5 },
    { headers: 'x' },
    { headers: { 'x-a': 'a\r\nb' } },
    { routes: 'guess' },
  ]) {
    assert.throws(() => client(wrong), lomi.LomiError, JSON.stringify(wrong));
  }
  assert.throws(() => new lomi.LomiClient({ api_key: 'lomi_sk_test_1' }), /did you mean apiKey\?/);
  assert.throws(() => new lomi.LomiClient(5), lomi.ConfigurationError);
  assert.throws(() => new lomi.LomiClient([]), lomi.ConfigurationError);
});

test('Configuration takes the options of LomiClient', async () => {
  const options = {
    apiKey: 'lomi_sk_test_1',
    environment: 'test',
    headers: { 'X-Shop': '1' },
    timeout: 1000,
    attemptTimeout: 1000,
    connectTimeout: 1000,
    idleTimeout: 1000,
    maxRetries: 0,
    maxConnections: 1,
    allowHttp: true,
    routes: 'current',
    userAgent: 'shop/1',
    caFile: '/nowhere/ca.pem',
    proxy: 'http://127.0.0.1:1',
    onRequest: () => {},
    onResponse: () => {},
    logger: () => {},
  };
  const { caFile, ...usable } = options;
  assert.ok(new lomi.LomiClient(usable) && new lomi.Configuration(usable));
  for (const Type of [lomi.LomiClient, lomi.Configuration]) {
    assert.throws(() => new Type({ ...usable, environment: 'live' }), lomi.ConfigurationError);
  }
  for (const files of [{ caFile }, { caFiles: [caFile] }]) {
    const settings = { ...usable, ...files, proxy: undefined };
    const documented = new lomi.CheckoutSessionsApi(new lomi.Configuration(settings));
    for (const call of [
      new lomi.LomiClient(settings).checkoutSessions.get('x'),
      documented.retrieveCheckoutSession('x'),
    ]) {
      await assert.rejects(call, /ca\.pem/);
    }
  }
});

test('the key and the base URL may come from the environment', () => {
  const { LOMI_API_KEY, LOMI_BASE_URL } = process.env;
  delete process.env.LOMI_API_KEY;
  delete process.env.LOMI_BASE_URL;
  assert.throws(() => new lomi.LomiClient(), /LOMI_API_KEY/);
  process.env.LOMI_API_KEY = 'lomi_sk_test_1';
  assert.equal(new lomi.LomiClient().getBaseUrl(), 'https://sandbox.api.lomi.africa');
  process.env.LOMI_BASE_URL = echo.url;
  assert.equal(new lomi.LomiClient().getBaseUrl(), echo.url);
  process.env.LOMI_API_KEY = LOMI_API_KEY ?? '';
  process.env.LOMI_BASE_URL = LOMI_BASE_URL ?? '';
});

test('invalid ids', async () => {
  for (const id of [undefined, null, '', ' ', '.', '..', 'a\r\nb', '\0', {}, [], true, 'x'.repeat(600)]) {
    await refused(client().checkoutSessions.get(id));
  }
});

test('an id is one segment of the path', async () => {
  for (const [id, segment] of [
    ['../payouts', '..%2Fpayouts'],
    ['a/b', 'a%2Fb'],
    ['?x', '%3Fx'],
    ['#f', '%23f'],
    ['%2f', '%252f'],
    ['$&', '%24%26'],
    ['é😀', '%C3%A9%F0%9F%98%80'],
  ]) {
    await client().checkoutSessions.get(id);
    assert.equal(echo.seen.at(-1).url, `/checkout-sessions/${segment}`);
  }
});

test('invalid amounts', async () => {
  for (const amount of [NaN, Infinity, -Infinity, 0, -1, true, {}, [], 'ten', 0n, -5n]) {
    await refused(client().checkoutSessions.create({ amount }));
  }
  await refused(client().checkoutSessions.create({ amount: 1, metadata: { deep: [{ n: NaN }] } }));
});

test('bodies that JSON cannot express', async () => {
  const circle = { amount: 1 };
  circle.metadata = { circle };
  const throwing = {
    toJSON() {
      throw new Error('mine');
    },
  };
  for (const body of [
    undefined,
    null,
    'text',
    5,
    [],
    circle,
    { metadata: throwing },
    { amount: () => 1 },
    { title: Symbol('x') },
    { metadata: new Map([['a', 1]]) },
    { expires_at: new Date(NaN) },
    Promise.resolve({ amount: 1 }),
  ]) {
    await refused(client().checkoutSessions.create(body));
  }
  const error = await client()
    .checkoutSessions.create({ metadata: throwing })
    .catch((e) => e);
  assert.equal(error.cause.message, 'mine');
});

test('values arrive as they were given', async () => {
  assert.equal(await sent({ amount: 9007199254740993n }), '{"amount":9007199254740993}');
  assert.equal(await sent({ quantity: 0.1 }), '{"quantity":0.1}');
  assert.equal(await sent({ title: '\0n5' }), '{"title":"\\u0000n5"}');
  assert.equal(await sent({ title: 'é\u2028😀"\\' }), JSON.stringify({ title: 'é\u2028😀"\\' }));
  assert.equal(await sent({ title: undefined, customer_name: null }), '{"customer_name":null}');
  assert.equal(await sent({ brand_new_field: [1, { a: 'b' }] }), '{"brand_new_field":[1,{"a":"b"}]}');
  assert.equal(await sent(Object.freeze({ amount: 5 })), '{"amount":5}');
  assert.equal(await sent(new Proxy({ amount: 5 }, {})), '{"amount":5}');
  assert.equal(
    await sent({ amount: 1, expires_at: new Date(0) }),
    '{"amount":1,"expires_at":"1970-01-01T00:00:00.000Z"}',
  );
  const special = JSON.parse('{"amount":1,"metadata":{"__proto__":{"x":1}}}');
  assert.equal(await sent(special), '{"amount":1,"metadata":{"__proto__":{"x":1}}}');
});

test('unknown options, and options of a wrong type', async () => {
  const api = client();
  await assert.rejects(api.checkoutSessions.get('x', { timeOut: 5 }), /did you mean timeout\?/);
  await assert.rejects(
    api.checkoutSessions.get('x', { idempotency_key: 'x' }),
    /did you mean idempotencyKey\?/,
  );
  for (const options of [
    5,
    'x',
    { timeout: 0 },
    { timeout: NaN },
    { timeout: '5' },
    { maxRetries: -1 },
    { idempotencyKey: '' },
    { idempotencyKey: 'a b' },
    { idempotencyKey: 'x'.repeat(256) },
    { headers: { 'x-a': 'a\nb' } },
    { headers: { host: 'x' } },
    { signal: {} },
    { requestId: 'a\r\nb' },
  ]) {
    await refused(api.checkoutSessions.create({ amount: 1 }, options));
  }
  await refused(api.checkoutSessions.get('x', { apiKey: 'lomi_pk_1' }), lomi.ConfigurationError);
});

test('headers in every form that fetch takes', async () => {
  const api = client({ headers: { 'x-client': 'c' } });
  for (const headers of [
    { 'x-one': '1' },
    new Headers({ 'x-one': '1' }),
    [['x-one', '1']],
    new Map([['x-one', '1']]),
  ]) {
    await api.checkoutSessions.get('x', { headers });
    assert.equal(echo.seen.at(-1).headers['x-one'], '1');
    assert.equal(echo.seen.at(-1).headers['x-client'], 'c');
  }
});

test('query values', async () => {
  const list = (query) => client().checkoutSessions.list(query);
  for (const query of [
    { limit: 0 },
    { limit: 101 },
    { limit: '5' },
    { offset: -1 },
    { limit: NaN },
    [],
    'x',
  ]) {
    await refused(list(query).then());
  }
});

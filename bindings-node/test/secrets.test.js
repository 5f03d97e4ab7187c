'use strict';

// No output contains the key.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { inspect, format } = require('node:util');
const v8 = require('node:v8');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const KEY = 'lomi_sk_test_verysecretpart';

/** Every form in which a program may print or write a value. */
function shown(value) {
  const texts = [
    inspect(value),
    inspect(value, { showHidden: true, depth: Infinity, getters: true, customInspect: false }),
    inspect(value, { showHidden: true, depth: Infinity, getters: true }),
    format('%o %O %j %s', value, value, value, value),
    JSON.stringify(value) ?? '',
    JSON.stringify({ ...value }) ?? '',
    String(value),
    value?.stack ?? '',
    value?.message ?? '',
  ];
  for (const copy of [() => structuredClone(value), () => v8.deserialize(v8.serialize(value))]) {
    try {
      texts.push(inspect(copy(), { depth: Infinity }));
    } catch {
      // An object that cannot be cloned shows nothing.
    }
  }
  return texts.join('\n');
}

test('clients, resources, configurations, models, pages and errors never show the key', async () => {
  const { url } = await server((request, response) =>
    request.url.includes('bad')
      ? json(response, 401, { error: { message: `Invalid API key ${KEY}` } })
      : json(response, 200, request.url.includes('cs_1') ? SESSION : [SESSION]),
  );
  const client = new lomi.LomiClient({ apiKey: KEY, baseUrl: url });
  const configuration = new lomi.Configuration({ apiKey: KEY, basePath: url });
  const errors = await Promise.all(
    [
      client.checkoutSessions.get('bad'),
      client.checkoutSessions.get(''),
      client.checkoutSessions.get('x', { apiKey: `${KEY}\n` }),
      new lomi.LomiClient({ apiKey: KEY, baseUrl: 'http://127.0.0.1:1', maxRetries: 0 }).checkoutSessions.get(
        'x',
      ),
    ].map((promise) =>
      promise.then(
        () => assert.fail('succeeded'),
        (error) => error,
      ),
    ),
  );
  for (const make of [
    () => new lomi.LomiClient({ apiKey: `${KEY} ` }),
    () => new lomi.LomiClient({ apiKey: KEY, baseUrl: 'ftp://x' }),
    () => new lomi.LomiClient({ apiKey: KEY, environment: 'live' }),
    () => new lomi.LomiClient({ apiKey: 'lomi_pk_verysecretpart' }),
  ]) {
    assert.throws(make, (error) => errors.push(error) > 0);
  }
  const things = [
    client,
    client.checkoutSessions,
    configuration,
    new lomi.CheckoutSessionsApi(configuration),
    await client.checkoutSessions.get('cs_1'),
    (await client.checkoutSessions.get('cs_1')).lastResponse,
    await client.checkoutSessions.list(),
    client.checkoutSessions.list(),
    ...errors,
  ];
  for (const thing of things) {
    assert.ok(!shown(thing).includes('verysecretpart'), inspect(thing));
  }
  assert.equal(inspect(client), `LomiClient { baseUrl: '${url}', apiKey: 'lomi_sk_test_***' }`);
  assert.deepEqual(JSON.parse(JSON.stringify(configuration)), { baseUrl: url, apiKey: 'lomi_sk_test_***' });
});

test('inspect masks the secrets in responses, and changes nothing else', async () => {
  const long = 'x'.repeat(5000);
  const row = {
    webhook_id: 'wh_1',
    secret: 'whsec_verysecretpart',
    url: `https://shop.example/?key=${KEY}&x=1`,
    note: `${long} whsec_verysecretpart.`,
    metadata: { keys: [KEY, 5, null, { [KEY]: 'whsec_verysecretpart' }] },
    is_active: true,
  };
  const { url } = await server((request, response) =>
    request.method === 'GET' && !request.url.includes('wh_1')
      ? json(response, 200, [row])
      : json(response, 200, row),
  );
  const client = new lomi.LomiClient({ apiKey: KEY, baseUrl: url });
  const endpoint = await client.webhooks.get('wh_1');
  const created = await client.apiKeys.create({ name: 'shop' });
  assert.equal(Object.getPrototypeOf(created), Object.prototype);
  for (const value of [endpoint, created, created.metadata, await client.webhooks.list()]) {
    for (const given of [{}, { depth: Infinity, showHidden: true, getters: true }]) {
      assert.doesNotMatch(inspect(value, given), /verysecret/);
    }
    assert.doesNotMatch(format('%o %O', { value }, [value]), /verysecret/);
  }
  // As an object without secrets is shown.
  class Webhook {
    constructor(fields) {
      Object.assign(this, fields);
    }
  }
  const shown = {
    ...row,
    secret: 'whsec_***',
    url: 'https://shop.example/?key=lomi_sk_test_***&x=1',
    note: `${long} whsec_***.`,
    metadata: { keys: ['lomi_sk_test_***', 5, null, { 'lomi_sk_test_***': 'whsec_***' }] },
  };
  for (const given of [
    {},
    { depth: 0 },
    { depth: null, colors: true },
    { compact: false },
    { sorted: true },
  ]) {
    for (const around of [(value) => value, (value) => ({ a: [{ value }] })]) {
      const expected = inspect(around(new Webhook(shown)), given).replaceAll(
        'Webhook',
        endpoint.constructor.name,
      );
      assert.equal(inspect(around(endpoint), given), expected);
      assert.equal(inspect(around(created), given), inspect(around(shown), given));
    }
  }
  endpoint.self = endpoint;
  endpoint.date = new Date(0);
  assert.match(inspect(endpoint), /^<ref \*1> \w+ \{[^]*self: \[Circular \*1\],\n  date: 1970/);
  delete endpoint.self;
  delete endpoint.date;
  // The values themselves are exact.
  assert.equal(endpoint.secret, row.secret);
  for (const value of [endpoint, created]) {
    assert.deepEqual(JSON.parse(JSON.stringify(value)), row);
    assert.deepEqual({ ...value }, row);
    assert.deepEqual(structuredClone(created), row);
  }
});

test('the given options object is not kept', () => {
  const settings = { apiKey: KEY };
  const client = new lomi.LomiClient(settings);
  assert.equal(settings.apiKey, KEY, 'nor changed');
  for (const name of Reflect.ownKeys(client)) {
    assert.ok(!inspect(client[name], { showHidden: true }).includes('verysecretpart'));
  }
});

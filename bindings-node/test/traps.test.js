'use strict';

// Values that look right and would cost money, in every form of JavaScript.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

let echo;
let sessions;
before(async () => {
  echo = await server((_, response) => json(response, 200, SESSION));
  sessions = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: echo.url }).checkoutSessions;
});

const body = () => JSON.parse(echo.seen.at(-1).body);
const refused = (promise, words) =>
  assert.rejects(promise, (error) => error instanceof lomi.ValidationError && words.test(error.message));

test('one order in every form has one key', () => {
  const { idempotencyKeyForOrder: key } = lomi;
  for (const order of [1234, 1234n, 1234.0, new String('1234')]) assert.equal(key(order), key('1234'));
  assert.equal(key('1234', 1), key('1234'));
  assert.notEqual(key('1234', 2), key('1234'));
  const bad = [undefined, null, '', '  ', NaN, Infinity, true, false, 0, 12.5, {}, [], () => 1, Symbol('x')];
  for (const order of [...bad, new Map(), 2 ** 60, String(undefined), String({})]) {
    assert.throws(() => key(order), lomi.ValidationError, String(order?.constructor?.name));
  }
  for (const attempt of [0, -1, 1.5, '2', true, NaN]) {
    assert.throws(() => key('1234', attempt), /attempt must be a whole number from 1/);
  }
});

test('an amount in the wrong unit is refused, a Money sets the currency', async () => {
  const seen = echo.seen.length;
  for (const amount of [19.99, '19.99', '50.00', 10n ** 30n, 1e30]) {
    await refused(sessions.create({ amount, currency_code: 'USD' }), /amount/);
  }
  const price = lomi.Money.fromMajor('19.99', 'USD');
  await refused(sessions.create({ amount: price, currency_code: 'XOF' }), /amount is in USD/);
  assert.equal(echo.seen.length, seen);
  await sessions.create({ amount: price });
  assert.deepEqual(body(), { amount: 1999, currency_code: 'USD' });
});

test('the documented classes send doubtful values and warn', async () => {
  const messages = [];
  const listen = (warning) => messages.push(warning.message);
  process.on('warning', listen);
  const api = new lomi.CheckoutSessionsApi(
    new lomi.Configuration({ apiKey: 'lomi_sk_test_1', basePath: echo.url }),
  );
  await api.createCheckoutSession({ amount: 19.99, currency_code: 'USD', titel: 'T' });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  assert.deepEqual(body(), { amount: 19.99, currency_code: 'USD', titel: 'T' });
  assert.ok(
    messages.some((sentence) => sentence.includes('1999')),
    messages.join(),
  );
  assert.ok(
    messages.some((sentence) => sentence.includes('did you mean "title"')),
    messages.join(),
  );
});

test('infinite times, and values that are no time', async () => {
  const names = ['timeout', 'connectTimeout', 'attemptTimeout', 'idleTimeout'];
  for (const name of names) {
    for (const time of [Infinity, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 2 ** 31, 10n ** 400n]) {
      await sessions.get('cs_1', { [name]: time });
      const options = { apiKey: 'lomi_sk_test_1', baseUrl: echo.url, [name]: time };
      await new lomi.LomiClient(options).checkoutSessions.get('cs_1');
    }
    for (const time of [0, -1, NaN, -Infinity, true, '5', [5], {}]) {
      await refused(sessions.get('cs_1', { [name]: time }), /number of milliseconds above 0/);
    }
  }
});

test('a misspelt field name is refused; extraBody sends any name', async () => {
  await refused(sessions.create({ ammount: 1 }), /did you mean "amount"/);
  await refused(sessions.create({ currencyCode: 'XOF' }), /did you mean "currency_code"/);
  await refused(sessions.create({ amount: 1, idempotencyKey: 'k' }), /option of the call/);
  await refused(sessions.list({ statuss: 'open' }).then(), /did you mean "status"/);
  await sessions.create({ amount: 1, tip: 2 }, { extraBody: { ammount: 1.5 } });
  assert.deepEqual(body(), { amount: 1, tip: 2, ammount: 1.5 });
});

test('a replayed response is marked, and a closed session is a warning', async () => {
  const closed = await server((_, response) =>
    json(response, 201, { ...SESSION, status: 'expired' }, { 'idempotency-cache-hit': 'true' }),
  );
  const client = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: closed.url });
  const warned = new Promise((resolve) => process.once('warning', resolve));
  const options = { idempotencyKey: lomi.idempotencyKeyForOrder('1234') };
  const { lastResponse } = await client.checkoutSessions.create({ amount: 1 }, options);
  assert.equal(lastResponse.replayed, true);
  assert.match(lastResponse.warning, /attempt=2/);
  assert.match((await warned).message, /attempt=2/);
});

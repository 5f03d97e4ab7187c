'use strict';

// Checkout sessions against the sandbox, through LomiClient and the documented classes.

const assert = require('node:assert/strict');
const { before, describe, test } = require('node:test');

const lomi = require('..');
const { sandbox } = require('./helpers/sandbox.js');

const COFFEE = {
  amount: 5000,
  currency_code: 'XOF',
  title: 'Coffee Beans - 1kg',
  customer_email: 'customer@example.com',
  success_url: 'https://mystore.com/thank-you',
  cancel_url: 'https://mystore.com/cart',
};

let local;
before(async () => {
  local = await sandbox();
});

const client = (path = '', options = {}) =>
  new lomi.LomiClient({ apiKey: local.test_key, baseUrl: local.url + path, ...options });

describe('api.checkoutSessions, as the API README prints it', () => {
  test('create returns a session whose page has both names', async () => {
    const api = client();
    const session = await api.checkoutSessions.create(COFFEE);
    assert.ok(session instanceof lomi.CheckoutSession);
    assert.equal(session.amount, 5000);
    assert.equal(session.status, 'open');
    assert.equal(session.url, session.checkout_url);
    assert.match(session.url, /^http.*\/checkout\//);
    assert.equal(session.payment_required, undefined);
  });

  for (const body of [
    { product_id: 'premium-plan-id', price_id: 'monthly-price-id', customer_email: 'customer@example.com' },
    { subscription_id: 'existing-subscription-id', customer_id: 'customer-id' },
    { amount: 15000, currency_code: 'XOF', title: 'Consultation Fee', customer_phone: '+221771234567' },
  ]) {
    test(`create takes ${Object.keys(body).join(', ')}`, async () => {
      const result = await client()
        .checkoutSessions.create(body)
        .catch((error) => error);
      // The sandbox may refuse the ids. The test is that the whole body arrives.
      assert.ok(
        result instanceof lomi.CheckoutSession || result.status === 400 || result.status === 404,
        result,
      );
    });
  }

  test('get, list, update and delete', async () => {
    const api = client('/v1');
    const made = await api.checkoutSessions.create(COFFEE);
    const id = made.checkout_session_id;
    assert.equal((await api.checkoutSessions.get(id)).title, COFFEE.title);
    const page = await api.checkoutSessions.list({ limit: 5 });
    assert.ok(page instanceof lomi.Page);
    assert.equal(page.data[0].checkout_session_id, id);
    assert.ok(page.data[0] instanceof lomi.CheckoutSession);
    assert.equal((await api.checkoutSessions.update(id, { title: 'Other' })).title, 'Other');
    assert.equal(await api.checkoutSessions.delete(id), undefined);
    await assert.rejects(api.checkoutSessions.get(id), lomi.NotFoundError);
  });

  test('every generation of the routes', async () => {
    for (const generation of ['A', 'B', 'C', 'D', 'E']) {
      const path = generation === 'A' || generation === 'C' ? '/v1' : '';
      const routes = generation === 'C' ? 'documented' : 'current';
      const api = client(path, { routes, headers: { 'X-Sandbox-Generation': generation } });
      // The 2025 documentation requires them.
      const session = await api.checkoutSessions.create({ ...COFFEE, allowed_providers: ['WAVE'] });
      assert.equal(session.amount, 5000, generation);
      assert.equal(session.url, session.checkout_url, generation);
      const page = await api.checkoutSessions.list({ limit: 1 });
      assert.equal(page.data.length, 1, generation);
    }
  });

  test('the key of a call replaces that of the client', async () => {
    const stranger = client('', { apiKey: 'lomi_sk_test_nobody' });
    await assert.rejects(stranger.checkoutSessions.list(), lomi.AuthenticationError);
    await stranger.checkoutSessions.list({}, { apiKey: local.test_key });
    await assert.rejects(stranger.checkoutSessions.list(), lomi.AuthenticationError);
  });

  test('the same idempotency key gives the same session', async () => {
    const api = client();
    const options = { idempotencyKey: lomi.idempotencyKeyForOrder('order-1') };
    const first = await api.checkoutSessions.create(COFFEE, options);
    const again = await api.checkoutSessions.create(COFFEE, options);
    assert.equal(again.checkout_session_id, first.checkout_session_id);
    assert.equal(again.lastResponse.idempotencyKey, options.idempotencyKey);
    await assert.rejects(
      api.checkoutSessions.create({ ...COFFEE, amount: 1 }, options),
      (error) =>
        error instanceof lomi.IdempotencyConflictError && error.idempotencyKey === options.idempotencyKey,
    );
  });
});

describe('lists', () => {
  const made = 45;
  let api;
  before(async () => {
    const running = await sandbox();
    api = new lomi.LomiClient({ apiKey: running.test_key, baseUrl: running.url });
    await Promise.all(Array.from({ length: made }, () => api.checkoutSessions.create(COFFEE)));
  });

  test('for await gives every item once', async () => {
    const ids = new Set();
    for await (const session of api.checkoutSessions.list({ limit: 20 }))
      ids.add(session.checkout_session_id);
    assert.equal(ids.size, made);
  });

  test('iterating a page starts at its first item', async () => {
    let page = await api.checkoutSessions.list({ limit: 20 });
    const sizes = [];
    for (let one = page; one !== undefined; one = await one.nextPage()) sizes.push(one.data.length);
    assert.deepEqual(sizes, [20, 20, 5]);
    let seen = 0;
    for await (const session of page) seen += session.amount / 5000;
    assert.equal(seen, made);
    page = await page.nextPage();
    assert.equal((await page.autoPagingToArray({ limit: 100 })).length, made - 20);
  });

  test('autoPagingToArray returns at most its limit, and requires one', async () => {
    const gathered = await api.checkoutSessions.list({ limit: 10 }).autoPagingToArray({ limit: 33 });
    assert.equal(gathered.length, 33);
    for (const limit of [undefined, 0, -1, 1.5, NaN, '10']) {
      await assert.rejects(api.checkoutSessions.list().autoPagingToArray({ limit }), lomi.ValidationError);
    }
  });

  test('leaving the loop requests no further page', async () => {
    const iterator = api.checkoutSessions.list({ limit: 10 })[Symbol.asyncIterator]();
    for await (const session of iterator) {
      assert.equal(session.amount, 5000);
      break;
    }
    assert.deepEqual(await iterator.next(), { value: undefined, done: true });
  });

  test('nothing is sent for a list that is not awaited', async () => {
    const list = new lomi.LomiClient('lomi_sk_test_nobody', {
      baseUrl: api.getBaseUrl(),
    }).checkoutSessions.list();
    assert.equal(Object.prototype.toString.call(list), '[object Promise]');
    await assert.rejects(
      list.finally(() => {}),
      lomi.AuthenticationError,
    );
  });
});

describe('the documented classes', () => {
  test('CheckoutSessionsApi with a Configuration', async () => {
    const configuration = new lomi.Configuration({ apiKey: local.test_key, basePath: `${local.url}/v1` });
    assert.equal(configuration.basePath, `${local.url}/v1`);
    const api = new lomi.CheckoutSessionsApi(configuration);
    const session = await api.createCheckoutSession({
      amount: 15000,
      currency_code: 'XOF',
      product_id: 'prod_1234567890abcdef',
      success_url: 'https://example.com/success',
      cancel_url: 'https://example.com/cancel',
      customer_email: 'customer@example.com',
    });
    const id = session.checkout_session_id;
    assert.equal((await api.retrieveCheckoutSession(id)).amount, 15000);
    const list = await api.listCheckoutSessions({ limit: 10, offset: 0, sort: 'created_at:desc' });
    assert.equal(list.pagination.limit, 10);
    assert.equal((await api.updateCheckoutSession(id, { title: 'New' })).title, 'New');
    await api.deleteCheckoutSession(id);
    await assert.rejects(api.retrieveCheckoutSession(id), lomi.NotFoundError);
  });

  test('an Api class requires a Configuration', () => {
    for (const wrong of [{}, 'key', 5, null]) {
      assert.throws(() => new lomi.CheckoutSessionsApi(wrong), lomi.ConfigurationError);
    }
  });
});

test('any other endpoint through request', async () => {
  const api = client();
  const made = await api.request({ method: 'POST', path: '/checkout-sessions', body: COFFEE });
  const same = await api.request({
    path: `/checkout-sessions/${made.data?.checkout_session_id ?? made.checkout_session_id}`,
  });
  assert.equal(same.lastResponse.status, 200);
  assert.ok(!Object.keys(same).includes('lastResponse'));
  await assert.rejects(api.request({ path: '/../admin' }), lomi.ValidationError);
  await assert.rejects(api.request({ path: '/nothing-here' }), lomi.NotFoundError);
  await assert.rejects(api.request({ path: '/x', boddy: {} }), /did you mean body\?/);
});

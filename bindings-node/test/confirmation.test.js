'use strict';

// Money that moves in two calls: the first asks for a confirmation, and nothing has moved.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const lomi = require('..');
const { json, server } = require('./helpers/server.js');
const { className, operations, requestBody, responseObject } = require('./helpers/spec.js');

const REFUND = { transaction_id: 't_1', amount: 500 };
const PREVIEW = {
  requires_confirmation: true,
  confirmation_token: 'ct_1',
  expires_at: '2126-01-01T00:00:00Z',
  preview: { amount: 500 },
};

/** A server that asks first. `second` answers the nth request with a token. */
async function asking(second = (response) => json(response, 201, { refund_id: 'r_1', amount: 500 })) {
  let confirmed = 0;
  const { url, seen } = await server((request, response) => {
    if (JSON.parse(request.body).confirmation_token === undefined) return json(response, 201, PREVIEW);
    confirmed += 1;
    return second(response, confirmed, request);
  });
  return { client: new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url }), seen };
}

const bodies = (seen) => seen.map(({ body }) => JSON.parse(body));
const keys = (seen) => new Set(seen.map(({ headers }) => headers['idempotency-key']));

test('confirm() sends the same body and key with the token', async () => {
  const { client, seen } = await asking();
  const first = await client.refunds.create(REFUND, { idempotencyKey: 'refund-17' });
  assert.ok(first instanceof lomi.ConfirmationRequired);
  assert.deepEqual(first.preview, { amount: 500 });
  assert.equal(seen.length, 1);
  const refund = await first.confirm();
  assert.ok(refund instanceof lomi.Refund);
  assert.equal(refund.refund_id, 'r_1');
  assert.deepEqual(bodies(seen), [REFUND, { ...REFUND, confirmation_token: 'ct_1' }]);
  assert.deepEqual([...keys(seen)], ['refund-17']);
});

test('a lost response of the second call is repeated with the key and the token', async () => {
  const { client, seen } = await asking((response, nth) =>
    nth < 3 ? response.destroy() : json(response, 201, { refund_id: 'r_1' }),
  );
  const first = await client.refunds.create(REFUND);
  assert.equal((await first.confirm()).refund_id, 'r_1');
  assert.deepEqual(
    bodies(seen).map((body) => body.confirmation_token),
    [undefined, 'ct_1', 'ct_1', 'ct_1'],
  );
  assert.equal(keys(seen).size, 1);
  assert.match([...keys(seen)][0], /^.{16,}$/);
});

test('a lost response of the first call is not repeated: an earlier API would have moved the money', async () => {
  const { url, seen } = await server((_, response) => response.destroy());
  const client = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url });
  await assert.rejects(client.refunds.create(REFUND, { confirm: () => true }), lomi.OutcomeUnknownError);
  assert.equal(seen.length, 1);
});

test('every operation that may ask: the same path, body and key, and the token', async () => {
  const asks = operations.filter((one) => one.alternatives.includes('ConfirmationRequired'));
  assert.ok(asks.length >= 5, String(asks.length));
  for (const operation of asks) {
    const { url, seen } = await server((request, response) => {
      const { confirmation_token: token } = JSON.parse(request.body);
      json(response, 201, token === undefined ? PREVIEW : responseObject(operation.returned));
    });
    const client = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url, routes: 'newest' });
    const body = requestBody(operation, 'newest');
    delete body.confirmation_token;
    const given = [...Array(operation.ids).fill('id_1'), body];
    const call = (options) => client[operation.client][operation.verb](...given, options);
    const first = await call({ headers: { 'X-Shop': '7' }, account: 'acct_1' });
    assert.equal(first.constructor, lomi.ConfirmationRequired, operation.id);
    assert.equal((await first.confirm()).constructor, lomi[className(operation.returned)], operation.id);
    assert.deepEqual(bodies(seen), [body, { ...body, confirmation_token: 'ct_1' }], operation.id);
    assert.equal(seen[0].url, seen[1].url);
    assert.equal(keys(seen).size, 1);
    const header = (name) => seen.map(({ headers }) => headers[name]);
    assert.deepEqual(header('x-shop'), ['7', '7']);
    assert.equal(new Set(header('lomi-account')).size, 1);
    const made = await call({ confirm: () => true });
    assert.equal(made.constructor, lomi[className(operation.returned)], operation.id);
    assert.equal(seen.length, 4);
  }
});

test('the second call has a signal of its own, and no other option', async () => {
  const { client, seen } = await asking();
  const controller = new AbortController();
  const first = await client.refunds.create(REFUND, { signal: controller.signal });
  controller.abort();
  await assert.rejects(first.confirm({ signal: AbortSignal.abort() }), lomi.CancelledError);
  await assert.rejects(first.confirm({ idempotencyKey: 'another' }), lomi.ValidationError);
  assert.equal(seen.length, 1);
  assert.equal((await first.confirm()).refund_id, 'r_1');
  const late = new AbortController();
  const confirm = () => {
    late.abort();
    return true;
  };
  const aborted = client.refunds.create(REFUND, { confirm, signal: late.signal });
  await assert.rejects(aborted, lomi.CancelledError);
  assert.equal(seen.length, 3);
});

test('a response without a token cannot be confirmed', async () => {
  for (const token of [undefined, null, '', 17]) {
    const { url, seen } = await server((_, response) =>
      json(response, 201, { requires_confirmation: true, confirmation_token: token }),
    );
    const client = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url });
    const first = await client.refunds.create(REFUND);
    await assert.rejects(first.confirm(), lomi.ValidationError, String(token));
    assert.equal(seen.length, 1);
  }
});

test('the function decides at once; only true confirms', async () => {
  for (const [answer, requests] of [
    [true, 2],
    [false, 1],
    [undefined, 1],
    ['yes', 1],
  ]) {
    const { client, seen } = await asking();
    const asked = [];
    const confirm = async (first) => {
      asked.push(first.preview);
      return answer;
    };
    const result = await client.refunds.create(REFUND, { confirm });
    assert.deepEqual(asked, [{ amount: 500 }]);
    assert.equal(seen.length, requests);
    assert.equal(result instanceof lomi.Refund, requests === 2);
  }
  const { client, seen } = await asking();
  await assert.rejects(client.refunds.create(REFUND, { confirm: true }), lomi.ValidationError);
  await assert.rejects(
    client.customers.create({ name: 'Awa' }, { confirm: () => true }),
    lomi.ValidationError,
  );
  assert.equal(seen.length, 0);
});

test('an error of the function is that of the call, and nothing moves', async () => {
  const { client, seen } = await asking();
  const confirm = () => {
    throw new RangeError('too much');
  };
  await assert.rejects(client.refunds.create(REFUND, { confirm }), RangeError);
  assert.equal(seen.length, 1);
});

test('a refused token has an error of its own', async () => {
  const { client } = await asking((response) =>
    json(response, 400, { error: { code: 'bad_request', message: 'confirmation_token has expired' } }),
  );
  const first = await client.refunds.create(REFUND);
  await assert.rejects(first.confirm(), (error) => {
    assert.ok(error instanceof lomi.ConfirmationTokenError && error instanceof lomi.BadRequestError);
    assert.equal(error.outcome, 'final');
    return true;
  });
});

test('a server that asks again has done nothing', async () => {
  const { client } = await asking((response) => json(response, 201, PREVIEW));
  const first = await client.refunds.create(REFUND);
  await assert.rejects(first.confirm(), (error) => {
    assert.match(error.message, /nothing has been done yet/);
    assert.equal(error.outcome, 'final');
    return true;
  });
});

test('an object that came from elsewhere cannot be confirmed', async () => {
  const { client } = await asking();
  const first = await client.refunds.create(REFUND);
  const copy = Object.create(lomi.ConfirmationRequired.prototype, Object.getOwnPropertyDescriptors(first));
  await assert.rejects(copy.confirm(), lomi.ValidationError);
});

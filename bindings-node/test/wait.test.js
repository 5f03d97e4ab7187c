'use strict';

// Waiting until an object is in a final state.

const assert = require('node:assert/strict');
const { describe, test, before, after } = require('node:test');
const { setTimeout: pause } = require('node:timers/promises');

const lomi = require('..');
const { startSandbox } = require('../testing.js');
const { json, server } = require('./helpers/server.js');

const KEY = 'lomi_sk_test_1';

describe('against the sandbox', () => {
  let sandbox;
  let client;
  before(async () => {
    sandbox = await startSandbox();
    client = new lomi.LomiClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  });
  after(() => sandbox.stop());

  const create = () => client.checkoutSessions.create({ amount: 5000, currency_code: 'XOF' });
  const pay = (session) =>
    fetch(`${sandbox.url}/_sandbox/sessions/${session.checkout_session_id}/pay`, { method: 'POST' });

  test('a session is waited for until it is paid', async () => {
    const session = await create();
    const waiting = client.checkoutSessions.wait(session.checkout_session_id);
    await pause(1200);
    await pay(session);
    const paid = await waiting;
    assert.ok(paid instanceof lomi.CheckoutSession);
    assert.equal(paid.status, 'completed');
    assert.ok(paid.lastResponse.attempts > 1);
  });

  test('the last state is kept', async () => {
    const session = await create();
    await assert.rejects(
      client.checkoutSessions.wait(session.checkout_session_id, { timeout: 2000 }),
      (error) => {
        assert.ok(error instanceof lomi.StillPendingError);
        assert.ok(error.last instanceof lomi.CheckoutSession);
        assert.equal(error.last.status, 'open');
        assert.match(error.message, /still open/);
        assert.deepEqual([error.status, error.outcome, error.attempts], [200, 'final', 3]);
        assert.equal('last' in JSON.parse(JSON.stringify(error)), false);
        return true;
      },
    );
    assert.equal(new lomi.NotFoundError('x').last, null);
  });

  test('a wait can be aborted', async () => {
    const session = await create();
    const signal = AbortSignal.timeout(300);
    const started = performance.now();
    await assert.rejects(
      client.checkoutSessions.wait(session.checkout_session_id, { signal }),
      lomi.CancelledError,
    );
    assert.ok(performance.now() - started < 1000);
  });

  test('a final error ends a wait', async () => {
    await assert.rejects(
      client.refunds.wait('00000000-0000-4000-8000-000000000000', { timeout: 20_000 }),
      lomi.NotFoundError,
    );
  });
});

test('the state to wait for', async () => {
  const states = ['pending', 'processing'];
  const { url, seen } = await server((_request, response) =>
    json(response, 200, { payout_id: 'po_1', status: states.shift() }),
  );
  const { payouts } = new lomi.LomiClient({ apiKey: KEY, baseUrl: url });
  const payout = await payouts.wait('po_1', { until: 'processing', timeout: 10_000 });
  assert.equal(payout.status, 'processing');
  assert.equal(seen.length, 2);
  await assert.rejects(payouts.wait('po_1', { until: 'complete' }), /did you mean "completed"/);
  await assert.rejects(payouts.wait('po_1', { untill: 'final' }), /did you mean until/);
  await assert.rejects(payouts.get('po_1', { until: 'final' }), /there is no option until/);
  assert.equal(seen.length, 2);
});

test('a state that is undefined or null is the final one', async () => {
  for (const until of [undefined, null]) {
    const states = ['pending', 'completed'];
    const { url, seen } = await server((_request, response) =>
      json(response, 200, { payout_id: 'po_1', status: states.shift() }),
    );
    const { payouts } = new lomi.LomiClient({ apiKey: KEY, baseUrl: url });
    const payout = await payouts.wait('po_1', { until, timeout: 10_000 });
    assert.equal(payout.status, 'completed', String(until));
    assert.equal(seen.length, 2);
    await assert.rejects(payouts.wait('po_1', { until: '' }), lomi.ValidationError);
    assert.equal(seen.length, 2);
  }
});

test('the big integers of the last state are exact', async () => {
  const body = '{"transaction_id":"t","status":"pending","gross_amount":9007199254740993}';
  const { url } = await server((_request, response) => json(response, 200, body));
  const { transactions } = new lomi.LomiClient({ apiKey: KEY, baseUrl: url });
  await assert.rejects(transactions.wait('t', { timeout: 500 }), ({ last }) => {
    assert.equal(last.gross_amount, 9007199254740993n);
    return last instanceof lomi.Transaction;
  });
});

test('what can be waited for', () => {
  const client = new lomi.LomiClient(KEY);
  const waits = Object.keys(client).filter((name) => typeof client[name]?.wait === 'function');
  const inPrototype = Object.getOwnPropertyNames(lomi.LomiClient.prototype);
  const all = new Set([...waits, ...inPrototype.filter((name) => typeof client[name]?.wait === 'function')]);
  assert.deepEqual([...all].sort(), [
    'beneficiaryPayouts',
    'checkoutSessions',
    'exports',
    'paymentRequests',
    'payouts',
    'refunds',
    'transactions',
    'transfers',
  ]);
});

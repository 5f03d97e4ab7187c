'use strict';

// Finding out whether a call was done whose response was lost, against the sandbox.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { inspect } = require('node:util');

const lomi = require('..');
const { sandbox } = require('./helpers/sandbox.js');
const { server, json } = require('./helpers/server.js');

const LOST = { 'X-Sandbox-Fault': 'reset-after' };
const NEVER_CAME = { 'X-Sandbox-Fault': 'reset-before' };

const started = new Map();

/** A client of a sandbox of a generation of the API, each started once. */
async function shop(generation = 'd', options = {}) {
  if (!started.has(generation)) started.set(generation, sandbox('--generation', generation));
  const { url, test_key } = await started.get(generation);
  return new lomi.LomiClient({ apiKey: test_key, baseUrl: url, ...options });
}

/** The id of a transaction that was paid. */
async function paid(api, amount) {
  const session = await api.checkoutSessions.create({ amount, currency_code: 'XOF' });
  const path = `/_sandbox/sessions/${session.checkout_session_id}/pay`;
  await api.request({ method: 'POST', path, body: {} });
  for await (const row of api.transactions.list()) if (row.gross_amount === amount) return row.transaction_id;
  throw new Error('the session was paid');
}

async function failure(promise) {
  const error = await promise.then(
    () => assert.fail('the call succeeded'),
    (error) => error,
  );
  assert.ok(error instanceof lomi.OutcomeUnknownError, String(error));
  return error;
}

const lose = (api, transaction_id, amount, headers) =>
  failure(api.refunds.create({ transaction_id, amount }, { headers }));

/** The stored facts of a call that was made so long ago. */
function earlier(error, seconds = 600) {
  const known = JSON.parse(error.unknownCall);
  for (const name of ['started_at', 'ended_at']) known[name] -= seconds * 1000;
  return JSON.stringify(known);
}

test('a refund is found, by the error and by the string', async () => {
  const api = await shop();
  const transaction = await paid(api, 5001);
  const error = await lose(api, transaction, 1500, LOST);
  const found = await api.findOutcome(error);
  assert.equal(found.outcome, 'done');
  assert.ok(found.object instanceof lomi.Refund);
  assert.equal(found.object.transaction_id, transaction);
  assert.equal(found.object.refunded_amount, 1500);
  assert.equal(found.object.lastResponse, null);
  assert.deepEqual(await (await shop()).findOutcome(error.unknownCall), found);
});

test('what was not done is known after a while', async () => {
  const api = await shop();
  const error = await lose(api, await paid(api, 5002), 1600, NEVER_CAME);
  const { outcome, candidates, reason, askAgainAfter } = await api.findOutcome(error);
  assert.deepEqual([outcome, candidates], ['ambiguous', []]);
  assert.match(reason, /may still do it/);
  assert.ok(askAgainAfter > 0 && askAgainAfter <= 130, String(askAgainAfter));
  assert.deepEqual(await api.findOutcome(earlier(error)), { outcome: 'not_done' });
});

test('two equal refunds are ambiguous without known ids', async () => {
  const api = await shop();
  const transaction_id = await paid(api, 5003);
  const known = await api.refunds.create({ transaction_id, amount: 1700 });
  const error = await lose(api, transaction_id, 1700, LOST);
  const found = await api.findOutcome(error);
  assert.equal(found.outcome, 'ambiguous');
  assert.equal(found.askAgainAfter, null);
  assert.equal(found.candidates.length, 2);
  assert.ok(found.candidates.every((refund) => refund instanceof lomi.Refund));
  const other = await api.findOutcome(error, { knownIds: new Set([known.refund_id]) });
  assert.equal(other.outcome, 'done');
  assert.notEqual(other.object.refund_id, known.refund_id);
});

test('a keyed create is repeated with its key, and the hooks are called', async () => {
  const seen = [];
  const api = await shop('d', { onRequest: ({ idempotencyKey }) => seen.push(idempotencyKey) });
  const body = { amount: 700, currency_code: 'XOF', title: 'keyed' };
  for (const headers of [LOST, NEVER_CAME]) {
    const error = await failure(api.checkoutSessions.create(body, { headers }));
    seen.length = 0;
    const { object } = await api.findOutcome(error);
    assert.ok(object instanceof lomi.CheckoutSession);
    assert.equal(object.lastResponse.idempotencyKey, error.idempotencyKey);
    assert.deepEqual(seen, [error.idempotencyKey]);
  }
  const titles = (await api.checkoutSessions.list().autoPagingToArray({ limit: 100 })).map((s) => s.title);
  assert.equal(titles.filter((title) => title === 'keyed').length, 2);
});

test('a deletion has no object', async () => {
  const api = await shop();
  const hook = await api.webhooks.create({
    url: 'https://shop.ci/hooks',
    authorized_events: ['PAYMENT_SUCCEEDED'],
  });
  const error = await failure(api.webhooks.delete(hook.webhook_id, { headers: LOST }));
  assert.deepEqual(await api.findOutcome(error), { outcome: 'done', object: null });
});

test('the second call of a confirmation', async () => {
  const api = await shop('e');
  const transaction_id = await paid(api, 5004);
  await api.refunds.create({ transaction_id, amount: 500 }); // shows which API this is
  const error = await lose(api, transaction_id, 500, LOST);
  assert.deepEqual(await api.findOutcome(error), { outcome: 'not_done' }, 'the first call does no work');
  const first = await api.refunds.create({ transaction_id, amount: 500 });
  // Each attempt of the second call is lost.
  const fault = { fault: 'reset-after', count: 3, method: 'POST' };
  await api.request({ method: 'POST', path: '/_sandbox/faults', body: fault });
  const found = await api.findOutcome(await failure(first.confirm()));
  assert.equal(found.outcome, 'done');
  assert.equal(found.object.transaction_id, transaction_id);
});

test('an aborted call leaves what is needed', async () => {
  const api = await shop();
  const transaction_id = await paid(api, 5005);
  const controller = new AbortController();
  const headers = { 'X-Sandbox-Fault': 'latency-after=20000' };
  setTimeout(() => controller.abort('closed'), 500);
  const { signal } = controller;
  const error = await failure(api.refunds.create({ transaction_id, amount: 1800 }, { headers, signal }));
  assert.equal(error.constructor, lomi.CancelledError);
  assert.equal(JSON.parse(error.unknownCall).operation, 'create_refund');
  for (const known of [error, error.unknownCall]) {
    const found = await api.findOutcome(known);
    assert.equal(found.outcome, 'done');
    assert.equal(found.object.transaction_id, transaction_id);
  }
});

test('a search has a signal and a timeout, and the errors of its calls', async () => {
  let answer = (response) => response.destroy();
  const { url, seen } = await server((request, response) => answer(response));
  const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url, maxRetries: 0 });
  const error = await lose(api, 't_1', 5, {});
  const sent = seen.length;
  const aborted = await api.findOutcome(error, { signal: AbortSignal.abort('closed') }).catch((e) => e);
  assert.equal(aborted.constructor, lomi.CancelledError);
  assert.deepEqual([aborted.cause, seen.length], ['closed', sent]);
  answer = () => {};
  const ended = await api.findOutcome(error, { signal: AbortSignal.timeout(200) }).catch((e) => e);
  assert.equal(ended.constructor, lomi.CancelledError);
  const late = await api.findOutcome(error, { timeout: 200 }).catch((e) => e);
  assert.equal(late.constructor, lomi.APITimeoutError);
  answer = (response) => json(response, 500, {});
  await assert.rejects(api.findOutcome(error), lomi.ServerError);
});

test('what cannot be looked for is refused before anything is sent', async () => {
  const { url, seen } = await server((request, response) => json(response, 404, { message: 'no' }));
  const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url });
  const known = await api.refunds.get('r_1').catch((error) => error);
  assert.equal(known.unknownCall, null);
  const sent = seen.length;
  for (const wrong of [
    known,
    new Error('x'),
    '',
    '{}',
    '{"version":9}',
    undefined,
    null,
    5,
    { unknownCall: '' },
  ]) {
    await assert.rejects(api.findOutcome(wrong), lomi.ValidationError, inspect(wrong));
  }
  const lost = new lomi.LomiError('x', { unknownCall: '{}' });
  for (const knownIds of ['r_1', 5, [5], ['\ud800'], {}, new String('r_1')]) {
    await assert.rejects(api.findOutcome(lost, { knownIds }), /^ValidationError: knownIds/);
  }
  await assert.rejects(api.findOutcome(lost, { knownId: [] }), /did you mean knownIds\?/);
  assert.equal(seen.length, sent);
});

test('the member is kept out of texts and of JSON', async () => {
  const { url } = await server((request, response) => response.destroy());
  const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_verysecret', baseUrl: url });
  const body = { transaction_id: 't_1', amount: 5, reason: 'of Awa Diop' };
  const error = await failure(api.refunds.create(body));
  assert.match(error.unknownCall, /of Awa Diop/);
  assert.ok(!error.unknownCall.includes('verysecret'));
  for (const text of [String(error), inspect(error), JSON.stringify(error), error.message, error.stack]) {
    assert.ok(!text.includes('Awa Diop'), text);
  }
  assert.equal(new lomi.LomiError('x').unknownCall, null);
});

test('the README finds out', async () => {
  const readme = fs.readFileSync(path.join(__dirname, '../README.md'), 'utf8');
  const [, section] = readme.split('## Find out whether it was done');
  const [, block] = /```js\n([^]*?)```/.exec(section);
  const refundOnce = new Function(`${block}; return refundOnce;`)();
  const lost = await shop('d', { headers: LOST });
  const never = await shop('d', { headers: NEVER_CAME });
  const api = await shop();
  for (const client of [lost, never]) client.findOutcome = (error) => api.findOutcome(error);
  const refund = await refundOnce(lost, { transaction_id: await paid(api, 5006), amount: 500 });
  assert.ok(refund instanceof lomi.Refund);
  const body = { transaction_id: await paid(api, 5007), amount: 500 };
  await assert.rejects(refundOnce(never, body), /ask a person: .* may still do it/);
  await assert.rejects(refundOnce(api, { ...body, transaction_id: 'no' }), lomi.LomiError);
});

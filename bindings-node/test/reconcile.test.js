'use strict';

// The events that a program has missed, against the sandbox.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { inspect } = require('node:util');

const lomi = require('..');
const { sandbox } = require('./helpers/sandbox.js');
const { server, json } = require('./helpers/server.js');

/** A client of a sandbox of its own. */
async function shop(options = {}) {
  const { url, test_key } = await sandbox();
  return new lomi.LomiClient({ apiKey: test_key, baseUrl: url, ...options });
}

async function pay(api, ...amounts) {
  for (const amount of amounts) {
    const session = await api.checkoutSessions.create({ amount, currency_code: 'XOF' });
    const path = `/_sandbox/sessions/${session.checkout_session_id}/pay`;
    await api.request({ method: 'POST', path, body: {} });
  }
}

async function all(missed) {
  const found = [];
  for await (const one of missed) found.push(one);
  return found;
}

function names(found) {
  const counts = {};
  for (const { event } of found) counts[event.event] = (counts[event.event] ?? 0) + 1;
  return counts;
}

const THREE = { PAYMENT_SUCCEEDED: 3, CHECKOUT_SESSION_COMPLETED: 3 };
const ONE = { PAYMENT_SUCCEEDED: 1, CHECKOUT_SESSION_COMPLETED: 1 };

test('what has ended is brought once', async () => {
  const api = await shop();
  await pay(api, 5001, 5002, 5003);
  const missed = api.reconcile('2020-01-01');
  assert.equal(missed.cursor, '2020-01-01');
  const found = await all(missed);
  assert.deepEqual(names(found), THREE);
  const amounts = [];
  for (const { event, cursor } of found) {
    assert.ok(event instanceof lomi.Event);
    assert.equal(event.source, 'reconcile');
    assert.ok(typeof cursor === 'string' && cursor.length < 2048);
    if (event.event === 'PAYMENT_SUCCEEDED') {
      assert.ok(event.data instanceof lomi.Transaction);
      amounts.push(event.data.gross_amount);
    } else {
      assert.ok(event.data instanceof lomi.CheckoutSession);
    }
  }
  assert.deepEqual(amounts, [5001, 5002, 5003]);
  assert.deepEqual(await missed.next(), { value: undefined, done: true });
  assert.notEqual(missed.cursor, found.at(-1).cursor, 'the cursor of the next run');

  const again = api.reconcile(missed.cursor);
  assert.deepEqual(await all(again), []);
  await pay(api, 5004);
  const more = await all(api.reconcile(again.cursor));
  assert.deepEqual(names(more), ONE);
  const guard = new lomi.webhooks.ReplayGuard();
  for (const { event } of [...found, ...more]) assert.equal(await guard.firstTime(event), true);
});

test('a crash loses nothing, and iteration continues after a break', async () => {
  const api = await shop();
  await pay(api, 5001, 5002, 5003);
  const missed = api.reconcile('2020-01-01');
  const handled = [];
  for await (const one of missed) {
    handled.push(one);
    if (handled.length === 2) break;
  }
  assert.equal(missed.cursor, handled[1].cursor);
  const rest = await all(api.reconcile(handled[1].cursor));
  assert.deepEqual(names([...handled, ...rest]), THREE);
  const events = (found) => found.map(({ event }) => JSON.stringify(event));
  assert.deepEqual(events(await all(missed)), events(rest));
});

test('concurrent calls of next bring each event once', async () => {
  const api = await shop();
  await pay(api, 5001, 5002, 5003);
  const missed = api.reconcile('2020-01-01');
  const found = await Promise.all(Array.from({ length: 7 }, () => missed.next()));
  assert.deepEqual(names(found.slice(0, 6).map(({ value }) => value)), THREE);
  assert.equal(found[6].done, true);
});

test('a webhook and reconcile bring the same event', async () => {
  const api = await shop();
  let deliver;
  const delivery = new Promise((resolve) => (deliver = resolve));
  const { url } = await server((request, response) => {
    deliver([request.body, request.headers['x-lomi-signature']]);
    json(response, 200, {});
  });
  const hook = await api.webhooks.create({ url: `${url}/hook`, authorized_events: ['PAYMENT_SUCCEEDED'] });
  await pay(api, 7000);
  const byWebhook = lomi.webhooks.constructEvent(...(await delivery), hook.secret);
  const found = await all(api.reconcile('2020-01-01'));
  const [{ event }] = found.filter((one) => one.event.event === 'PAYMENT_SUCCEEDED');
  assert.equal(event.constructor, byWebhook.constructor);
  assert.equal(event.data.constructor, byWebhook.data.constructor);
  const { ReplayGuard } = lomi.webhooks;
  assert.equal(ReplayGuard.key(event), ReplayGuard.key(byWebhook));
});

test('a time', async () => {
  const api = await shop();
  await pay(api, 5001);
  const hour = 3_600_000;
  for (const since of [new Date(Date.now() - hour), new Date(Date.now() - hour).toISOString()]) {
    assert.deepEqual(names(await all(api.reconcile(since))), ONE);
  }
  assert.deepEqual(await all(api.reconcile(new Date(Date.now() + hour))), []);
});

test('a since that is none is refused before anything is sent', async () => {
  const { url, seen } = await server((request, response) => json(response, 200, []));
  const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url });
  const wrong = ['', 'yesterday', '{}', '{"v":2}', '\ud800', undefined, null, 5, {}, new Date(NaN)];
  for (const since of wrong) {
    assert.throws(() => api.reconcile(since), /^ValidationError: since /, inspect(since));
  }
  assert.throws(() => api.reconcile('2026-01-01', { signals: 1 }), /did you mean signal\?/);
  assert.throws(() => api.reconcile('2026-01-01', { signal: 1 }), lomi.ValidationError);
  assert.equal(seen.length, 0);
});

test('after an error the same request is made again', async () => {
  let status = 500;
  const { url, seen } = await server((request, response) =>
    json(response, status, { success: true, data: [] }),
  );
  const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url, maxRetries: 0 });
  const missed = api.reconcile('2026-01-01');
  await assert.rejects(missed.next(), lomi.ServerError);
  await assert.rejects(all(missed), lomi.ServerError);
  status = 200;
  assert.deepEqual(await all(missed), []);
  assert.equal(seen[1].url, seen[0].url);
  assert.equal(seen[2].url, seen[0].url);
  assert.match(missed.cursor, /^\{/);
});

test('a signal cancels the run, and another run continues it', async () => {
  const seen = [];
  const api = await shop({ onRequest: ({ operation }) => seen.push(operation) });
  await pay(api, 5001, 5002, 5003);
  seen.length = 0;
  const signal = AbortSignal.abort('closed');
  const aborted = await all(api.reconcile('2020-01-01', { signal })).catch((error) => error);
  assert.equal(aborted.constructor, lomi.CancelledError);
  assert.deepEqual([aborted.cause, seen], ['closed', []]);

  const fault = { fault: 'latency=5000', count: 1, method: 'GET' };
  await api.request({ method: 'POST', path: '/_sandbox/faults', body: fault });
  const controller = new AbortController();
  setTimeout(() => controller.abort('closed'), 300);
  const missed = api.reconcile('2020-01-01', { signal: controller.signal });
  const ended = await all(missed).catch((error) => error);
  assert.equal(ended.constructor, lomi.CancelledError);
  assert.equal(ended.cause, 'closed');
  assert.deepEqual(names(await all(api.reconcile(missed.cursor))), THREE);
  assert.ok(seen.includes('list_transactions'), 'the hooks of the client are called');
});

test('the README loses no payment', async () => {
  const readme = fs.readFileSync(path.join(__dirname, '../README.md'), 'utf8');
  const [, section] = readme.split('## Never lose a payment');
  const [, block] = /```js\n(async function catchUp[^]*?)```/.exec(section);
  const catchUp = new Function(`${block}; return catchUp;`)();
  const api = await shop();
  await pay(api, 5001, 5002, 5003);
  const [stored, handled] = [[], []];
  const cursors = { load: async () => stored.at(-1), save: async (cursor) => stored.push(cursor) };
  const run = () =>
    catchUp(api, new lomi.webhooks.ReplayGuard(), async (event) => handled.push(event), cursors);
  for (const count of [6, 6]) {
    await run();
    assert.equal(handled.length, count);
  }
  await pay(api, 5004);
  await run();
  assert.equal(handled.length, 8);
});

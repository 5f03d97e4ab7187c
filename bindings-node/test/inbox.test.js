'use strict';

// The inbox over each store, with the drivers that shops use and real databases.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { before, describe, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const lomi = require('..');
const { Inbox } = lomi;
const { databases, ending } = require('./helpers/databases.js');
const { sandbox } = require('./helpers/sandbox.js');
const { server, json } = require('./helpers/server.js');
const { KINDS } = require('./inbox/shops.js');

let servers;
before(async () => {
  servers = await databases();
});

let number = 0;

/** An event as a webhook brings it. */
function payment(id, amount = 500) {
  const data = { transaction_id: id, status: 'completed', gross_amount: amount, currency_code: 'XOF' };
  const body = JSON.stringify({ id: `evt_${(number += 1)}`, event: 'PAYMENT_SUCCEEDED', data });
  return lomi.webhooks.constructEvent(body, lomi.webhooks.sign(body, 'whsec_1'), 'whsec_1');
}

const sorted = (payments) => [...payments].sort((a, b) => (a.id < b.id ? -1 : 1));

for (const [kind, { open, skip }] of Object.entries(KINDS)) {
  describe(kind, { skip }, () => {
    /** A shop with tables of its own, and its inbox. */
    async function shop() {
      const made = ending(await open(servers, `shop${(number += 1)}`));
      await made.create();
      const inbox = new Inbox(made.store);
      const handler = (event, transaction) =>
        made.write(transaction, event.data.transaction_id, Number(event.data.gross_amount));
      return { ...made, inbox, handler };
    }

    /** Another process, as far as the database can tell. */
    async function second() {
      return { inbox: new Inbox(ending(await open(servers, `shop${number}`)).store) };
    }

    test('an event is handed over once', async () => {
      const { inbox, handler, payments, balance } = await shop();
      await inbox.createTable();
      assert.equal(await inbox.handle(payment('tx_1'), handler), true);
      assert.equal(await inbox.handle(payment('tx_1'), handler), false, 'another delivery');
      assert.equal(await inbox.handle(payment('tx_2', 250), handler), true);
      assert.deepEqual(sorted(await payments()), [
        { id: 'tx_1', amount: 500 },
        { id: 'tx_2', amount: 250 },
      ]);
      assert.equal(await balance(), 750);
    });

    test('a handler that fails leaves nothing and is called again', async () => {
      const { inbox, handler, payments } = await shop();
      const burns = new Error('the printer burns');
      const failing = async (event, transaction) => {
        await handler(event, transaction);
        throw burns;
      };
      for (let turn = 0; turn < 7; turn += 1) {
        await assert.rejects(inbox.handle(payment('tx_1'), failing), (error) => error === burns);
      }
      assert.deepEqual(await payments(), []);
      assert.equal(await inbox.handle(payment('tx_1'), handler), true);
      assert.equal(await inbox.handle(payment('tx_1'), failing), false);
      assert.equal((await payments()).length, 1);
    });

    test('of deliveries at the same time, one is handed over', async () => {
      const first = await shop();
      const other = await second();
      const slow = async (event, transaction) => {
        await sleep(20);
        await first.handler(event, transaction);
      };
      const results = await Promise.allSettled(
        [first, other, first, other].map(({ inbox }) => inbox.handle(payment('tx_1'), slow)),
      );
      const values = results.map(({ value, reason }) => value ?? reason);
      // MySQL may end one of several that wait for a row: lomi. sends that delivery again.
      const known = values.filter((value) => value?.code !== 'ER_LOCK_DEADLOCK');
      assert.deepEqual(
        [known.filter((value) => value === true).length, known.filter((value) => value !== false).length],
        [1, 1],
        String(values),
      );
      assert.equal((await first.payments()).length, 1);
      assert.equal(await first.balance(), 500);
    });

    test('a delivery waits for the outcome of another one that fails', async () => {
      const first = await shop();
      const other = await second();
      let started;
      const start = new Promise((resolve) => (started = resolve));
      const failing = first.inbox.handle(payment('tx_1'), async (event, transaction) => {
        await first.handler(event, transaction);
        started();
        await sleep(50);
        throw new Error('too late');
      });
      await start;
      const handled = other.inbox.handle(payment('tx_1'), first.handler);
      await assert.rejects(failing, /too late/);
      assert.equal(await handled, true);
      assert.equal((await first.payments()).length, 1);
    });

    test('different events at the same time', async () => {
      const { inbox, handler, payments, balance } = await shop();
      const ids = Array.from({ length: 12 }, (_, at) => `tx_${at}`);
      const results = await Promise.all([...ids, ...ids].map((id) => inbox.handle(payment(id, 10), handler)));
      assert.equal(results.filter(Boolean).length, ids.length);
      assert.deepEqual((await payments()).map(({ id }) => id).sort(), ids.sort());
      assert.equal(await balance(), 120);
    });

    test('a webhook and reconcile bring a payment once, and the cursor moves with the mark', async () => {
      const { inbox, handler, payments, balance, store } = await shop();
      const { url, test_key: apiKey } = await sandbox();
      const api = new lomi.LomiClient({ apiKey, baseUrl: url });
      const deliveries = [];
      const receiver = await server((request, response) => {
        deliveries.push([request.body, request.headers['x-lomi-signature']]);
        json(response, 200, {});
      });
      const hook = await api.webhooks.create({
        url: `${receiver.url}/hook`,
        authorized_events: ['PAYMENT_SUCCEEDED'],
      });
      const pay = async (amount) => {
        const session = await api.checkoutSessions.create({ amount, currency_code: 'XOF' });
        const path = `/_sandbox/sessions/${session.checkout_session_id}/pay`;
        await api.request({ method: 'POST', path, body: {} });
      };
      for (const amount of [101, 102, 103]) await pay(amount);
      while (deliveries.length < 3) await sleep(5);
      const [byWebhook] = deliveries.map((one) => lomi.webhooks.constructEvent(...one, hook.secret));
      const paid = async (event, transaction) => {
        if (event.event === 'PAYMENT_SUCCEEDED') await handler(event, transaction);
      };
      assert.equal(await inbox.handle(byWebhook, paid), true);

      await assert.rejects(inbox.reconcile(api, paid), /^ValidationError: since is missing/);
      assert.equal((await store.loadCursor()) ?? undefined, undefined);
      // The second payment of the run fails: the cursor is that of the event before it.
      const failing = async (event, transaction) => {
        await paid(event, transaction);
        if (event.event === 'PAYMENT_SUCCEEDED' && (await payments()).length === 2) throw new Error('stop');
      };
      await assert.rejects(inbox.reconcile(api, failing, { since: '2020-01-01' }), /^Error: stop/);
      const cursor = await store.loadCursor();
      assert.match(cursor, /^\{/);
      assert.equal((await payments()).length, 2);

      assert.ok((await inbox.reconcile(api, paid)) > 0);
      assert.notEqual(await store.loadCursor(), cursor);
      assert.equal((await payments()).length, 3);
      assert.equal(await balance(), 306);
      assert.equal(await inbox.reconcile(api, paid, { since: new Date() }), 0);
      for (const one of deliveries) {
        const event = lomi.webhooks.constructEvent(...one, hook.secret);
        assert.equal(await inbox.handle(event, paid), false, 'a webhook after reconcile');
      }
      const signal = AbortSignal.abort('closed');
      await assert.rejects(inbox.reconcile(api, paid, { signal }), lomi.CancelledError);
    });
  });
}

test('the README loses no payment', async () => {
  const readme = fs.readFileSync(path.join(__dirname, '../README.md'), 'utf8');
  const [, section] = readme.split('## Never lose a payment');
  const [, block] = /```js\nimport [^\n]*\n([^]*?)```/.exec(section);
  const { url, test_key: apiKey } = await sandbox();
  const api = new lomi.LomiClient({ apiKey, baseUrl: url });
  const { pool, query } = ending(await KINDS.postgresql.open(servers, 'readme'));
  await query('CREATE TABLE payments (id TEXT, amount BIGINT)');
  const routes = {};
  const given = {
    ...{ Inbox, inboxStores: lomi.inboxStores, pool, api },
    ...{ app: { post: (route, handler) => (routes[route] = handler) }, secret: 'whsec_1' },
    webhook: (_, handler) => handler,
    setInterval: (run) => (routes.timer = run),
  };
  await new Function(...Object.keys(given), `return (async () => {${block}})();`)(...Object.values(given));
  const session = await api.checkoutSessions.create({ amount: 5001, currency_code: 'XOF' });
  const route = `/_sandbox/sessions/${session.checkout_session_id}/pay`;
  const { transaction } = await api.request({ method: 'POST', path: route, body: {} });
  assert.equal(await routes.timer(), 2);
  assert.equal(await routes.timer(), 0);
  const webhook = routes['/webhooks/lomi'];
  assert.equal(await webhook(payment(transaction.transaction_id, 5001)), false);
  assert.equal(await webhook(payment('tx_other', 5002)), true);
  const rows = await query('SELECT id, amount FROM payments ORDER BY amount');
  assert.deepEqual(rows, [
    { id: transaction.transaction_id, amount: '5001' },
    { id: 'tx_other', amount: '5002' },
  ]);
});

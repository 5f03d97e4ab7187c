'use strict';

// Every example shop: what a buyer, a network and a forger can do to an order. An order is paid once, or not.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');

const { webhooks } = require('../../bindings-node/index.js');
const { SHOPS, openExampleShop, until } = require('./lib/exampleShop.js');
const { openBrowser } = require('./lib/fixture.js');

const FAILED = /fail|refus|declin/i;

/** Any status of 2xx is an answer to a webhook: frameworks answer 200 or 204. */
const isAccepted = (status) => status >= 200 && status < 300;

let browser;
before(async () => {
  browser = await openBrowser({
    viewport: { width: 390, height: 844 },
    javaScriptEnabled: false,
    locale: 'fr-FR',
  });
});
after(() => browser?.close());

async function openPage(test) {
  const page = await browser.context.newPage();
  test.after(() => page.close());
  return page;
}

/** Buys the product: the page of the sandbox is open. */
async function buy(page, shop) {
  await page.goto(shop.url);
  assert.match(await page.locator('main').textContent(), /15\s000\sF\sCFA/u);
  await page.locator('button[name=pay]').click();
  await page.waitForURL(`${shop.sandbox.url}/**`);
  return shop.ofCheckout(page.url());
}

/** Asks for a payment with Wave: the buyer's phone is shown. */
async function askForPayment(page) {
  await page.getByLabel('Wave').check();
  await page.getByLabel('Téléphone').fill('+221771234567');
  await page.getByRole('button', { name: /^Payer/ }).click();
  await page.getByText('Confirmez sur votre téléphone').waitFor();
}

async function answer(page, button) {
  await askForPayment(page);
  await page.getByRole('button', { name: button }).click();
}

const shown = (page) => page.locator('p[data-status]').getAttribute('data-status');

async function assertRow(shop, order, status, paid) {
  const row = await shop.row(order);
  assert.deepEqual({ status: row.status, paid: row.paid }, { status, paid }, row.text);
}

/** The body of the last webhook. The order may be paid before the sandbox has noted the response. */
async function lastPayload(shop) {
  const attempt = await until(
    'a webhook is noted',
    async () => (await shop.sandbox.deliveries())[0]?.attempts[0],
  );
  return attempt.payload;
}

/** How many refunds the shop has asked for, whatever came of them. */
async function refundRequests(shop) {
  const { requests } = await shop.sandbox.control('GET', 'requests');
  return requests.filter((one) => one.method === 'POST' && one.target.startsWith('/refunds')).length;
}

const refundsOf = (shop) => shop.sandbox.client().refunds.list().autoPagingToArray({ limit: 100 });

for (const name of SHOPS) {
  describe(`shop-${name}`, () => {
    it('paid', async (test) => {
      const shop = await openExampleShop(test, name);
      const page = await openPage(test);
      const { order } = await buy(page, shop);
      await answer(page, 'Accepter');
      await page.waitForURL(`${shop.url}/orders/${order}`);
      assert.equal(await shown(page), 'paid');
      await shop.untilPaid(order);
      await assertRow(shop, order, 'paid', 1);
    });

    it('refused, then paid in the same session', async (test) => {
      const shop = await openExampleShop(test, name);
      const page = await openPage(test);
      const { order, session } = await buy(page, shop);
      await answer(page, 'Refuser');
      await page.getByRole('alert').getByText('Le paiement a échoué').waitFor();
      await until('the failure is noted', async () => FAILED.test((await shop.row(order)).text));
      await page.goto(`${shop.url}/orders/${order}`);
      assert.equal(await shown(page), 'pending');
      assert.match(await page.locator('main').textContent(), FAILED);
      await page.locator('button[name=pay]').click();
      await page.waitForURL(`${shop.sandbox.url}/**/${session}`);
      await answer(page, 'Accepter');
      await page.waitForURL(`${shop.url}/orders/${order}`);
      assert.equal(await shown(page), 'paid');
      await shop.untilPaid(order);
      await assertRow(shop, order, 'paid', 1);
    });

    it('cancelled', async (test) => {
      const shop = await openExampleShop(test, name);
      const page = await openPage(test);
      const { order } = await buy(page, shop);
      await page.getByRole('button', { name: 'Annuler et revenir à la boutique' }).click();
      await page.waitForURL(`${shop.url}/orders/${order}?cancelled=1`);
      assert.equal(await shown(page), 'cancelled');
      assert.equal(await page.locator('button[name=pay]').count(), 1);
      await assertRow(shop, order, 'pending', 0);
    });

    it('pending, then paid', async (test) => {
      const shop = await openExampleShop(test, name);
      const page = await openPage(test);
      const { order, session } = await buy(page, shop);
      await answer(page, 'Laisser en attente');
      await page.goto(`${shop.url}/orders/${order}`);
      assert.equal(await shown(page), 'pending');
      await shop.sandbox.pay(session); // the provider confirms late
      await shop.untilPaid(order);
      await page.reload();
      assert.equal(await shown(page), 'paid');
      await assertRow(shop, order, 'paid', 1);
    });

    it('the buyer closes the page before the redirect: the webhook alone marks the order', async (test) => {
      const shop = await openExampleShop(test, name);
      const page = await openPage(test);
      const { order, session } = await buy(page, shop);
      await askForPayment(page);
      await page.close();
      await shop.sandbox.pay(session); // on the buyer's phone
      await shop.untilPaid(order);
      await assertRow(shop, order, 'paid', 1);
    });

    it('webhook lost: reconcile marks the order, once', async (test) => {
      const shop = await openExampleShop(test, name, { lost: true });
      const page = await openPage(test);
      const { order } = await buy(page, shop);
      await answer(page, 'Accepter');
      await page.waitForURL(`${shop.url}/orders/${order}`);
      assert.equal(await shown(page), 'paid'); // the API says so
      await assertRow(shop, order, 'pending', 0);
      assert.match(await shop.reconcile(), /[1-9]/);
      await assertRow(shop, order, 'paid', 1);
      await shop.reconcile();
      await assertRow(shop, order, 'paid', 1);
    });

    it('shop down while the buyer pays: reconcile marks the order', async (test) => {
      const shop = await openExampleShop(test, name);
      const { order, session } = await shop.order();
      await shop.stop();
      await shop.sandbox.pay(session);
      await shop.reconcile();
      await shop.start();
      await assertRow(shop, order, 'paid', 1);
      await shop.sandbox.control('POST', 'deliveries/1/redeliver'); // a repetition comes after all
      await assertRow(shop, order, 'paid', 1);
    });

    it('webhook delivered several times, also at once and with another id: paid once', async (test) => {
      const shop = await openExampleShop(test, name);
      const { order } = await shop.paidOrder();
      const payload = await lastPayload(shop);
      const again = JSON.stringify({ ...payload, id: '7d6c4f0e-0000-4000-8000-000000000001' });
      const responses = await Promise.all([
        shop.sandbox.control('POST', 'deliveries/1/redeliver'),
        shop.sandbox.control('POST', 'deliveries/1/redeliver'),
        shop.deliver(again, webhooks.sign(again, shop.sandbox.webhookSecret)),
      ]);
      const statuses = responses.map((one) => one.response_status ?? one.status);
      assert.ok(statuses.every(isAccepted), String(statuses));
      await assertRow(shop, order, 'paid', 1);
      assert.equal(await shop.status(order), 'paid');
    });

    it('forged webhook: 400, and nothing changes', async (test) => {
      const shop = await openExampleShop(test, name);
      await shop.paidOrder();
      const { order } = await shop.order();
      const real = await lastPayload(shop);
      const forged = JSON.stringify({
        ...real,
        id: '7d6c4f0e-0000-4000-8000-000000000002',
        data: { ...real.data, transaction_id: '7d6c4f0e-0000-4000-8000-000000000003', metadata: { order } },
      });
      const signature = webhooks.sign(JSON.stringify(real), shop.sandbox.webhookSecret);
      for (const signed of [
        undefined,
        'sha256=00',
        signature,
        webhooks.sign(forged, 'whsec_of_another_shop'),
      ]) {
        assert.equal((await shop.deliver(forged, signed)).status, 400, signed);
      }
      await assertRow(shop, order, 'pending', 0);
      assert.equal(await shop.status(order), 'pending');
    });

    it('another amount, or an order that is not there: noted, not paid, not sent again', async (test) => {
      const shop = await openExampleShop(test, name);
      await shop.paidOrder();
      const { order } = await shop.order();
      const real = await lastPayload(shop);
      const changes = [
        { gross_amount: 150, metadata: { order } },
        { currency_code: 'GHS', metadata: { order } },
        { metadata: { order: 'nobody' } },
        { metadata: null },
      ];
      for (const [index, change] of changes.entries()) {
        const id = `7d6c4f0e-0000-4000-8000-00000000001${index}`;
        const data = { ...real.data, transaction_id: id, ...change };
        const body = JSON.stringify({ ...real, id, data });
        const response = await shop.deliver(body, webhooks.sign(body, shop.sandbox.webhookSecret));
        assert.ok(isAccepted(response.status), `${response.status} to ${JSON.stringify(change)}`);
      }
      await assertRow(shop, order, 'pending', 0);
      assert.match((await shop.row(order)).text, /150|GHS/);
    });

    it('a session of another amount is completed: neither page nor webhook calls the order paid', async (test) => {
      const shop = await openExampleShop(test, name);
      const { order, session } = await shop.order();
      const older = shop.sandbox.client({ baseUrl: `${shop.sandbox.url}/v1` }); // today's API has no update
      await older.checkoutSessions.update(session, { amount: 150 });
      await shop.sandbox.pay(session);
      await until('the difference is noted', async () =>
        /150/.test((await shop.row(order)).text.replace(/15\s000/, '')),
      );
      assert.equal(await shop.status(order), 'pending');
      await assertRow(shop, order, 'pending', 0);
    });

    it('a second payment for an order: noted, not counted', async (test) => {
      const shop = await openExampleShop(test, name);
      const { order, transaction } = await shop.paidOrder();
      const real = await lastPayload(shop);
      const id = '7d6c4f0e-0000-4000-8000-000000000020';
      const body = JSON.stringify({ ...real, id, data: { ...real.data, transaction_id: id } });
      const response = await shop.deliver(body, webhooks.sign(body, shop.sandbox.webhookSecret));
      assert.ok(isAccepted(response.status), String(response.status));
      await assertRow(shop, order, 'paid', 1);
      assert.match((await shop.row(order)).text, /7d6c4f0e/);
      await shop.post(`/orders/${order}/refund`);
      const refunds = await refundsOf(shop);
      assert.deepEqual(
        refunds.map((one) => one.transaction_id),
        [transaction],
      );
    });

    it("another order's session in the address: the order stays pending", async (test) => {
      const shop = await openExampleShop(test, name);
      const paid = await shop.paidOrder();
      const { order } = await shop.order();
      for (const field of ['session', 'session_id', 'checkout_session_id', 'order', 'id', 'status']) {
        const value = { order: paid.order, id: paid.order, status: 'paid' }[field] ?? paid.session;
        assert.equal(await shop.status(order, `?${field}=${value}`), 'pending', field);
      }
      await assertRow(shop, order, 'pending', 0);
      assert.equal((await shop.request('/orders/nobody')).status, 404);
      assert.equal((await shop.request(`/orders/${paid.session}`)).status, 404);
    });

    it('expired: paying again opens the next session', async (test) => {
      const shop = await openExampleShop(test, name);
      const { order, session } = await shop.order();
      await shop.sandbox.expire(session);
      assert.equal(await shop.status(order), 'expired');
      const clicks = await Promise.all([
        shop.post(`/orders/${order}/pay`),
        shop.post(`/orders/${order}/pay`),
      ]);
      const [next, second] = await Promise.all(
        clicks.map((one) => shop.ofCheckout(one.headers.get('location'))),
      );
      assert.equal(next.order, order);
      assert.notEqual(next.session, session);
      assert.equal(second.session, next.session, 'two clicks are one session');
      await shop.sandbox.pay(next.session);
      await shop.untilPaid(order);
      await assertRow(shop, order, 'paid', 1);
    });

    it('API down: 503 with what to do, and the order can be paid later', async (test) => {
      const shop = await openExampleShop(test, name);
      await shop.sandbox.control('POST', 'faults', { fault: '503', count: 3, method: 'POST' });
      const response = await shop.post('/orders');
      assert.equal(response.status, 503);
      const order = /orders\/([\w-]+)/.exec(await response.text())?.[1];
      assert.equal(await shop.orders(), 1);
      assert.equal(await shop.status(order), 'pending');
      const checkout = await shop.post(`/orders/${order}/pay`);
      const { session } = await shop.ofCheckout(checkout.headers.get('location'));
      await shop.sandbox.pay(session);
      await shop.untilPaid(order);
    });

    it('twelve buyers at once: no writer to the database holds up the others', async (test) => {
      const shop = await openExampleShop(test, name);
      const started = Date.now();
      await Promise.all(
        Array.from({ length: 12 }, async () => {
          const { order } = await shop.paidOrder();
          await Promise.all([shop.post(`/orders/${order}/refund`), shop.post(`/orders/${order}/refund`)]);
          await assertRow(shop, order, 'refunded', 1);
        }),
      );
      assert.ok(Date.now() - started < 9_000, 'a writer waits up to 10 s: none had to');
      assert.equal((await refundsOf(shop)).length, 12);
    });

    it('refund, once', async (test) => {
      const shop = await openExampleShop(test, name);
      const page = await openPage(test);
      const { order, transaction } = await shop.paidOrder();
      await page.goto(`${shop.url}/orders`);
      await page.locator(`tr[data-order="${order}"] button[name=refund]`).click();
      await page.waitForLoadState();
      await assertRow(shop, order, 'refunded', 1);
      assert.equal(await shop.status(order), 'refunded');
      await shop.post(`/orders/${order}/refund`);
      const refunds = await refundsOf(shop);
      assert.deepEqual(
        refunds.map((one) => one.transaction_id),
        [transaction],
      );
    });

    it('refund whose response is lost: found out, not sent again', async (test) => {
      const shop = await openExampleShop(test, name);
      const { order } = await shop.paidOrder();
      await shop.sandbox.control('POST', 'faults', { fault: 'reset-after', count: 1, method: 'POST' });
      await Promise.all([shop.post(`/orders/${order}/refund`), shop.post(`/orders/${order}/refund`)]);
      await shop.post(`/orders/${order}/refund`);
      assert.equal(await refundRequests(shop), 1);
      await assertRow(shop, order, 'refunded', 1);
    });
  });
}

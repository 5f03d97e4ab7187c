'use strict';

// The console updates without a reload, and its buttons work.

const assert = require('node:assert/strict');
const { after, before, it } = require('node:test');

const { openBrowser, openFixture } = require('./lib/fixture.js');

let browser;
before(async () => {
  browser = await openBrowser({ viewport: { width: 1280, height: 800 } });
});
after(() => browser?.close());

const section = (title) =>
  browser.page.locator('section', { has: browser.page.locator('h2', { hasText: title }) });

/** Opens the console. Returns a check that it has not been reloaded. */
async function openConsole(fixture) {
  await browser.page.goto(`${fixture.sandbox.url}/_sandbox`);
  await browser.page.evaluate(() => (window.sameDocument = true));
  return async () => assert.equal(await browser.page.evaluate(() => window.sameDocument), true);
}

it('shows a new session, its payment and its webhook without a reload', async (test) => {
  const fixture = await openFixture(test);
  const notReloaded = await openConsole(fixture);
  await section('Sessions').getByText('None yet').waitFor();

  await fixture.run('node', 'create', fixture.shop.url);
  const row = section('Sessions').locator('.item', { hasText: 'Panier du jour' });
  await row.getByText('open', { exact: true }).waitFor();
  await row.getByRole('button', { name: 'Pay' }).click();
  await row.getByText('completed').waitFor();
  const delivery = section('Webhook deliveries').locator('.item', { hasText: 'PAYMENT_SUCCEEDED' });
  await delivery.getByText('delivered').waitFor();
  await section('Requests').getByText('/v1/checkout_sessions').first().waitFor();

  // Open details stay open after an update.
  await delivery.locator('summary').click();
  await delivery.getByRole('button', { name: 'Redeliver' }).click();
  await delivery.getByText('attempt 2 (manual)').waitFor();
  assert.equal(await delivery.locator('details[open]').count(), 1);
  assert.equal((await fixture.shop.receivedDeliveries()).length, 2);
  await notReloaded();
});

it('moves the clock, which expires a session', async (test) => {
  const fixture = await openFixture(test);
  const notReloaded = await openConsole(fixture);
  const session = await fixture.run('node', 'create', fixture.shop.url);
  const row = section('Sessions').locator('.item', { hasText: session.id });
  await row.getByText('open', { exact: true }).waitFor();
  await section('Clock').getByRole('button', { name: '+61m' }).click();
  await row.getByText('expired').waitFor();
  assert.equal(await row.getByRole('button').count(), 0);
  await notReloaded();
});

it('refunds, pays out and renews, and says what is refused', async (test) => {
  const fixture = await openFixture(test);
  const notReloaded = await openConsole(fixture);
  const response = await fetch(`${fixture.sandbox.url}/checkout-sessions`, {
    method: 'POST',
    headers: { 'X-API-Key': fixture.sandbox.apiKey, 'Content-Type': 'application/json' },
    body: JSON.stringify({ amount: 10000, currency_code: 'XOF' }),
  });
  const session = await response.json();
  await fixture.control(`/sessions/${session.checkout_session_id}/pay`, { provider: 'WAVE' });

  const amount = browser.page.getByLabel('Amount');
  const payOut = browser.page.getByRole('button', { name: 'Pay out' });
  await amount.fill('10001');
  await payOut.click();
  await browser.page.getByRole('alert').getByText('Insufficient balance in XOF').waitFor();
  await amount.fill('4000');
  await payOut.click();
  await section('Payouts').getByRole('button', { name: /^Complete/ }).click();
  await section('Payouts').getByText('completed').waitFor();
  assert.equal(await browser.page.getByRole('alert').count(), 0);
  await section('Payouts').getByRole('button', { name: /^Fail/ }).click();
  await section('Payouts').getByText('failed').waitFor();

  await section('Transactions').getByRole('button', { name: /^Refund/ }).click();
  await section('Refunds').getByText('completed').waitFor();
  await section('Transactions').getByText('refunded').waitFor();

  await fixture.control('/objects/subscriptions', {
    status: 'active',
    plan_amount: 5000,
    plan_currency_code: 'XOF',
    plan_billing_frequency: 'month',
  });
  await section('Subscriptions').getByRole('button', { name: /^Renew / }).click();
  await section('Balance').getByText('5 000').waitFor();
  await notReloaded();
});

it('works without JavaScript', async (test) => {
  const plain = await openBrowser({ javaScriptEnabled: false });
  test.after(() => plain.close());
  const fixture = await openFixture(test);
  await fixture.run('node', 'create', fixture.shop.url);
  await plain.page.goto(`${fixture.sandbox.url}/_sandbox`);
  await plain.page.locator('#lists').getByRole('button', { name: 'Pay' }).click();
  // The session, and the transaction that its payment made.
  await plain.page.getByText('completed', { exact: true }).nth(1).waitFor();
});

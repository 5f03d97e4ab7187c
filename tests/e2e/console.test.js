'use strict';

// The console follows what happens without a reload, and its buttons do what they say.

const assert = require('node:assert/strict');
const { after, before, it } = require('node:test');

const { openBrowser, openStage } = require('./lib/stage.js');

let browser;
before(async () => {
  browser = await openBrowser({ viewport: { width: 1280, height: 800 } });
});
after(() => browser?.close());

const section = (title) =>
  browser.page.locator('section', { has: browser.page.locator('h2', { hasText: title }) });

/** Opens the console; gives how to prove that it has not been loaded again since. */
async function openConsole(stage) {
  await browser.page.goto(`${stage.sandbox.url}/_sandbox`);
  await browser.page.evaluate(() => (window.sameDocument = true));
  return async () => assert.equal(await browser.page.evaluate(() => window.sameDocument), true);
}

it('shows a new session, its payment and its webhook without a reload', async (test) => {
  const stage = await openStage(test);
  const unloaded = await openConsole(stage);
  await section('Sessions').getByText('None yet').waitFor();

  await stage.ask('node', 'create', stage.shop.url);
  const row = section('Sessions').locator('.item', { hasText: 'Panier du jour' });
  await row.getByText('open', { exact: true }).waitFor();
  await row.getByRole('button', { name: 'Pay' }).click();
  await row.getByText('completed').waitFor();
  const delivery = section('Webhook deliveries').locator('.item', { hasText: 'PAYMENT_SUCCEEDED' });
  await delivery.getByText('delivered').waitFor();
  await section('Requests').getByText('/v1/checkout_sessions').first().waitFor();

  // What was opened stays open when the next thing happens.
  await delivery.locator('summary').click();
  await delivery.getByRole('button', { name: 'Redeliver' }).click();
  await delivery.getByText('attempt 2 (manual)').waitFor();
  assert.equal(await delivery.locator('details[open]').count(), 1);
  assert.equal((await stage.shop.settled()).length, 2);
  await unloaded();
});

it('moves the clock, which ends a session', async (test) => {
  const stage = await openStage(test);
  const unloaded = await openConsole(stage);
  const session = await stage.ask('node', 'create', stage.shop.url);
  const row = section('Sessions').locator('.item', { hasText: session.id });
  await row.getByText('open', { exact: true }).waitFor();
  await section('Clock').getByRole('button', { name: '+61m' }).click();
  await row.getByText('expired').waitFor();
  assert.equal(await row.getByRole('button').count(), 0);
  await unloaded();
});

it('works without JavaScript', async (test) => {
  const plain = await openBrowser({ javaScriptEnabled: false });
  test.after(() => plain.close());
  const stage = await openStage(test);
  await stage.ask('node', 'create', stage.shop.url);
  await plain.page.goto(`${stage.sandbox.url}/_sandbox`);
  await plain.page.getByRole('button', { name: 'Pay' }).click();
  await plain.page.getByText('completed', { exact: true }).waitFor();
});

'use strict';

// The checkout page on a narrow phone, by keyboard alone, in two languages, with a card.

const assert = require('node:assert/strict');
const { after, before, it } = require('node:test');

const { openBrowser, openFixture } = require('./lib/fixture.js');

let browser;
before(async () => {
  browser = await openBrowser({ viewport: { width: 320, height: 568 }, locale: 'en-GB' });
});
after(() => browser?.close());

it('fits a phone of 320 pixels in every state', async (test) => {
  const { page } = browser;
  const fixture = await openFixture(test);
  const fits = async (state) =>
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, state);
  const session = await fixture.run('node', 'create', fixture.shop.url);
  await page.goto(session.page);
  await fits('form');
  await page.getByLabel('Bank card').check();
  await fits('card');
  await page.getByLabel('Wave').check();
  await page.getByRole('button', { name: /^Pay/ }).click();
  await fits('prompt');
  await fixture.control(`/sessions/${session.id}/pay`);
  await page.reload();
  await page.getByText('Payment complete').waitFor();
  await fits('paid');
});

it('can be used by keyboard alone', async (test) => {
  const { page } = browser;
  const fixture = await openFixture(test);
  const session = await fixture.run('node', 'create', fixture.shop.url);
  await page.goto(session.page);
  const focused = () =>
    page.evaluate(() => document.activeElement.name || document.activeElement.textContent);
  const order = [];
  for (let step = 0; step < 7; step += 1) {
    await page.keyboard.press('Tab');
    order.push((await focused()).replace(/\s+/g, ' '));
  }
  assert.deepEqual(order, [
    'Français',
    'provider',
    'customer_phone',
    'customer_name',
    'customer_email',
    'do',
    'Cancel and go back to the shop',
  ]);
  await page.getByLabel('Wave').focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.getByLabel('Orange Money').isChecked(), true);
  await page.keyboard.press('Enter');
  await page.getByText('Confirm on your phone').waitFor();
  await page.getByRole('button', { name: 'Approve' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${fixture.shop.url}/success?session=${session.id}`);
});

it('keeps the language that the buyer chose', async (test) => {
  const { page } = browser;
  const fixture = await openFixture(test);
  const session = await fixture.run('node', 'create', fixture.shop.url);
  await page.goto(session.page);
  await page.getByRole('link', { name: 'Français' }).click();
  await page.getByRole('button', { name: /^Payer/ }).click();
  await page.getByRole('button', { name: 'Refuser' }).click();
  await page.getByRole('alert').getByText('Le paiement a échoué').waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
});

it('takes a card, after one that is declined', async (test) => {
  const { page } = browser;
  const fixture = await openFixture(test);
  const session = await fixture.run('node', 'create', fixture.shop.url);
  await page.goto(session.page);
  for (const number of ['4000 0000 0000 0002', '4242 4242 4242 4242']) {
    await page.getByLabel('Bank card').check();
    assert.equal(await page.getByLabel('Phone').isVisible(), false);
    await page.getByLabel('Card number').fill(number);
    await page.getByRole('button', { name: /^Pay/ }).click();
    if (number.endsWith('0002')) await page.getByRole('alert').getByText('The card was declined').waitFor();
  }
  await page.waitForURL(`${fixture.shop.url}/success?session=${session.id}`);
  const events = (await fixture.shop.receivedDeliveries()).map(({ body }) => JSON.parse(body).event);
  assert.deepEqual(events, ['PAYMENT_FAILED', 'PAYMENT_SUCCEEDED']);
});

it('loads nothing from other origins', async (test) => {
  const { page } = browser;
  const fixture = await openFixture(test);
  const session = await fixture.run('node', 'create', fixture.shop.url);
  const origins = [];
  page.on('request', (request) => origins.push(new URL(request.url()).origin));
  await page.goto(session.page, { waitUntil: 'load' });
  assert.deepEqual([...new Set(origins)], [fixture.sandbox.url]);
});

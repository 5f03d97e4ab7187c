'use strict';

// Takes screenshots of the checkout page and of the console: node screenshots.js [FOLDER]

const fs = require('node:fs');
const path = require('node:path');

const { openBrowser, openFixture } = require('./lib/fixture.js');

const FOLDER = path.resolve(process.argv[2] ?? path.join(__dirname, '../../target/screenshots'));
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

const SIMPLE = {
  amount: 10000,
  currency_code: 'XOF',
  title: 'Panier du jour',
  description: 'Riz parfumé 5 kg, huile 2 l, café moulu',
  customer_name: 'Awa Diop',
  customer_phone: '+221 77 123 45 67',
  success_url: 'http://127.0.0.1:3000/success',
  cancel_url: 'http://127.0.0.1:3000/cancel',
};
const FULL = {
  ...SIMPLE,
  amount: 4999,
  currency_code: 'EUR',
  title: 'Coffee Beans - 1kg',
  description: 'Premium arabica coffee beans',
  allow_quantity: true,
  allow_coupon_code: true,
  require_billing_address: true,
};

const endings = [];
const fixtureOf = () => openFixture({ after: (end) => endings.push(end) });

async function create(fixture, body) {
  const response = await fetch(`${fixture.sandbox.url}/checkout-sessions`, {
    method: 'POST',
    headers: {
      'X-API-Key': fixture.sandbox.apiKey,
      'X-Sandbox-Generation': 'e',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  const session = await response.json();
  return { id: session.checkout_session_id, page: session.checkout_url };
}

/** Each state of the page, and how to get there from an open session. */
const STATES = {
  form: async () => {},
  mistakes: async (page) => {
    await page.locator('[name=customer_phone]').fill('77');
    await page.locator('[name=customer_email]').fill('awa');
    await page.locator('button[value=pay]:visible').click();
  },
  card: async (page) => page.locator('[value=CARD]').check(),
  prompt: async (page) => page.locator('button[value=pay]:visible').click(),
  refused: async (page) => {
    await page.locator('button[value=pay]:visible').click();
    await page.locator('button.bad').click();
  },
  pending: async (page) => {
    await page.locator('button[value=pay]:visible').click();
    await page.locator('button.quiet').click();
  },
  paid: async (page, fixture, session) => {
    await fixture.control(`/sessions/${session.id}/pay`);
    await page.reload();
  },
  expired: async (page, fixture, session) => {
    await fixture.control(`/sessions/${session.id}/expire`);
    await page.reload();
  },
  unknown: async (page, fixture) =>
    page.goto(`${fixture.sandbox.url}/checkout/00000000-0000-4000-8000-000000000000`),
};

async function checkout(fixture, browser, name, body, state, viewport) {
  await browser.page.setViewportSize(viewport);
  const session = await create(fixture, body);
  await browser.page.goto(session.page);
  await STATES[state](browser.page, fixture, session);
  await browser.page.screenshot({ path: path.join(FOLDER, `${name}.png`), fullPage: true });
}

async function consolePage(fixture, browser) {
  const { page } = browser;
  await page.setViewportSize(DESKTOP);
  const sessions = [];
  for (const title of ['Panier du jour', 'Ticket 2', 'Coffee Beans - 1kg', 'Abonnement']) {
    sessions.push(await create(fixture, { ...SIMPLE, title }));
  }
  await fixture.control(`/sessions/${sessions[0].id}/pay`);
  await fixture.control(`/sessions/${sessions[1].id}/fail`);
  await fixture.control(`/sessions/${sessions[2].id}/pending`, { provider: 'ORANGE' });
  await fixture.control('/payouts', { amount: 2500 });
  await fixture.control('/objects/subscriptions', {
    status: 'active',
    plan_name: 'Abonnement',
    plan_amount: 5000,
    plan_currency_code: 'XOF',
    plan_billing_frequency: 'month',
  });
  await fixture.shop.receivedDeliveries();
  await page.goto(`${fixture.sandbox.url}/_sandbox`);
  await page.locator('summary').first().click();
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: path.join(FOLDER, 'console.png') });
  await page.screenshot({ path: path.join(FOLDER, 'console-whole.png'), fullPage: true });
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: path.join(FOLDER, 'console-phone.png') });
  await page.goto(`${fixture.sandbox.url}/_sandbox?lang=fr`);
  await page.screenshot({ path: path.join(FOLDER, 'console-phone-fr.png'), fullPage: true });
}

async function main() {
  fs.mkdirSync(FOLDER, { recursive: true });
  for (const locale of ['fr-FR', 'en-GB']) {
    const browser = await openBrowser({ locale });
    endings.push(() => browser.close());
    const fixture = await fixtureOf();
    const language = locale.slice(0, 2);
    for (const state of Object.keys(STATES)) {
      await checkout(fixture, browser, `${state}-phone-${language}`, SIMPLE, state, PHONE);
    }
    await checkout(fixture, browser, `form-desktop-${language}`, SIMPLE, 'form', DESKTOP);
    await checkout(fixture, browser, `prompt-desktop-${language}`, SIMPLE, 'prompt', DESKTOP);
    await checkout(fixture, browser, `full-desktop-${language}`, FULL, 'form', DESKTOP);
    await checkout(fixture, browser, `full-phone-${language}`, FULL, 'form', PHONE);
    if (language === 'en') await consolePage(await fixtureOf(), browser);
  }
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(async () => {
    for (const end of endings.reverse()) await end();
  });

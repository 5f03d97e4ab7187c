'use strict';

// The checkout page in every state, and the console, in both languages.

const { openBrowser, openFixture } = require('../lib/fixture.js');
const VIEWPORTS = require('./viewports.js');

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

/** Sessions in every state, and what follows from them. */
async function fillConsole(fixture) {
  const sessions = [];
  for (const title of ['Panier du jour', 'Ticket 2', 'Café moulu', 'Abonnement']) {
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
}

async function takeSandbox(scope, take) {
  for (const locale of ['fr-FR', 'en-GB']) {
    const browser = await openBrowser({ locale });
    scope.after(() => browser.close());
    const { page } = browser;
    const fixture = await openFixture(scope);
    const language = locale.slice(0, 2);

    const checkout = async (name, body, state, screen) => {
      await page.setViewportSize(VIEWPORTS[screen]);
      const session = await create(fixture, body);
      await page.goto(session.page);
      await STATES[state](page, fixture, session);
      await take(page, `${name}-${screen}-${language}`);
    };
    for (const state of Object.keys(STATES)) await checkout(state, SIMPLE, state, 'phone');
    await checkout('form', SIMPLE, 'form', 'desktop');
    await checkout('prompt', SIMPLE, 'prompt', 'desktop');
    await checkout('full', FULL, 'form', 'desktop');
    await checkout('full', FULL, 'form', 'phone');

    const shown = await openFixture(scope);
    await fillConsole(shown);
    await page.goto(`${shown.sandbox.url}/_sandbox`);
    for (const [screen, { width }] of Object.entries(VIEWPORTS)) {
      await page.setViewportSize({ width, height: 780 });
      await take(page, `console-${screen}-${language}`);
      await take(page, `console-top-${screen}-${language}`, { fullPage: false });
    }
    await page.locator('summary').first().click();
    await take(page, `console-delivery-${language}`);
  }
}

module.exports = { takeSandbox };

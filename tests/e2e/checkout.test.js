'use strict';

// A session from each language's SDK, paid (or not) by a buyer in a browser without JavaScript,
// as on cheap phones.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');

const { LANGUAGES } = require('./lib/languages.js');
const { openBrowser, openFixture } = require('./lib/fixture.js');

let browser;
before(async () => {
  browser = await openBrowser({
    viewport: { width: 390, height: 844 },
    javaScriptEnabled: false,
    locale: 'fr-FR',
  });
});
after(() => browser?.close());

const button = (name) => browser.page.getByRole('button', { name });

/** Creates a session with the SDK, opens its page and checks its content. */
async function openCheckout(fixture, language) {
  const session = await fixture.run(language, 'create', fixture.shop.url);
  const opened = await browser.page.goto(session.page);
  assert.equal(opened.status(), 200);
  assert.equal(await browser.page.getByRole('heading', { level: 1 }).textContent(), 'Panier du jour');
  assert.match(await browser.page.locator('.amount').textContent(), /^10\s000\sF\sCFA$/u);
  assert.equal(await browser.page.getByLabel('Téléphone').inputValue(), '+221771234567');
  assert.equal(await browser.page.getByLabel('Nom').inputValue(), 'Awa Diop');
  return session;
}

/** Chooses Wave and sends the form. */
async function askForPayment() {
  await browser.page.getByLabel('Wave').check();
  await button(/^Payer/).click();
  await browser.page.getByText('Confirmez sur votre téléphone').waitFor();
}

/** The shop received one delivery; the SDK accepts it, and rejects a changed body. */
async function receivedOnce(fixture, language, session, event) {
  const deliveries = await fixture.shop.receivedDeliveries();
  assert.equal(deliveries.length, 1);
  const [{ body, signature }] = deliveries;
  assert.deepEqual(await fixture.run(language, 'verify', signature, body), { event, session: session.id });
  const forged = Buffer.from(body.toString().replace('10000', '10001'));
  assert.notDeepEqual(forged, body);
  assert.deepEqual(await fixture.run(language, 'verify', signature, forged), {
    refused: 'SignatureVerificationError',
  });
}

async function assertStatus(fixture, language, session, status) {
  assert.deepEqual(await fixture.run(language, 'get', session.id), { status });
}

for (const language of Object.keys(LANGUAGES)) {
  describe(language, () => {
    it('paid: back in the shop, which received one event', async (test) => {
      const fixture = await openFixture(test);
      const session = await openCheckout(fixture, language);
      await askForPayment();
      await assertStatus(fixture, language, session, 'open');
      await button('Accepter').click();
      await browser.page.waitForURL(`${fixture.shop.url}/success?session=${session.id}`);
      await receivedOnce(fixture, language, session, 'PAYMENT_SUCCEEDED');
      await assertStatus(fixture, language, session, 'completed');
    });

    it('refused: the page and an event say so, and the buyer can pay again', async (test) => {
      const fixture = await openFixture(test);
      const session = await openCheckout(fixture, language);
      await askForPayment();
      await button('Refuser').click();
      assert.match(await browser.page.getByRole('alert').textContent(), /Le paiement a échoué/);
      await receivedOnce(fixture, language, session, 'PAYMENT_FAILED');
      await assertStatus(fixture, language, session, 'open');
      await button(/^Payer/).waitFor();
    });

    it('cancelled: back in the shop, without an event', async (test) => {
      const fixture = await openFixture(test);
      const session = await openCheckout(fixture, language);
      await button('Annuler et revenir à la boutique').click();
      await browser.page.waitForURL(`${fixture.shop.url}/cancel?session=${session.id}`);
      assert.deepEqual(await fixture.shop.receivedDeliveries(), []);
      await assertStatus(fixture, language, session, 'open');
    });

    it('pending, then succeeded: no event until the provider confirms', async (test) => {
      const fixture = await openFixture(test);
      const session = await openCheckout(fixture, language);
      await askForPayment();
      await button('Laisser en attente').click();
      await browser.page.getByRole('heading', { name: 'Paiement en attente' }).waitFor();
      assert.deepEqual(await fixture.shop.receivedDeliveries(), []);
      await assertStatus(fixture, language, session, 'open');

      await fixture.control(`/sessions/${session.id}/pay`); // the provider confirms late
      await receivedOnce(fixture, language, session, 'PAYMENT_SUCCEEDED');
      await assertStatus(fixture, language, session, 'completed');
      await browser.page.getByRole('link', { name: 'Revenir à la demande' }).click();
      await browser.page.getByRole('heading', { name: 'Paiement réussi' }).waitFor();
      await browser.page.getByRole('link', { name: 'Revenir à la boutique' }).click();
      await browser.page.waitForURL(`${fixture.shop.url}/success?session=${session.id}`);
    });

    it('expired by the clock: it cannot be paid any more', async (test) => {
      const fixture = await openFixture(test, { args: ['--event-names', 'documented'] });
      const session = await openCheckout(fixture, language);
      await fixture.control('/clock', { advance: '61m' });
      await button(/^Payer/).click(); // of the page as it was
      await browser.page.getByRole('heading', { name: 'Cette page a expiré' }).waitFor();
      await browser.page.getByRole('link', { name: 'Revenir à la boutique' }).click();
      await browser.page.waitForURL(`${fixture.shop.url}/cancel?session=${session.id}`);
      await receivedOnce(fixture, language, session, 'CHECKOUT_SESSION_EXPIRED');
      await assertStatus(fixture, language, session, 'expired');
    });
  });
}

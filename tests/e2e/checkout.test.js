'use strict';

// A session from each language's SDK, paid (or not) by a buyer in a browser that has
// JavaScript switched off, as it may be on the cheapest phones.

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');

const { LANGUAGES } = require('./lib/languages.js');
const { openBrowser, openStage } = require('./lib/stage.js');

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

/** Makes a session with the SDK, opens its page, sees what the shop sells. */
async function arrive(stage, language) {
  const session = await stage.ask(language, 'create', stage.shop.url);
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

/** The shop was told one thing, once, and the SDK believes it and no other. */
async function toldOnce(stage, language, session, event) {
  const deliveries = await stage.shop.settled();
  assert.equal(deliveries.length, 1);
  const [{ body, signature }] = deliveries;
  assert.deepEqual(await stage.ask(language, 'verify', signature, body), { event, session: session.id });
  const forged = Buffer.from(body.toString().replace('10000', '10001'));
  assert.notDeepEqual(forged, body);
  assert.deepEqual(await stage.ask(language, 'verify', signature, forged), {
    refused: 'SignatureVerificationError',
  });
}

async function statusIs(stage, language, session, status) {
  assert.deepEqual(await stage.ask(language, 'get', session.id), { status });
}

for (const language of Object.keys(LANGUAGES)) {
  describe(language, () => {
    it('paid: back in the shop, which was told once', async (test) => {
      const stage = await openStage(test);
      const session = await arrive(stage, language);
      await askForPayment();
      await statusIs(stage, language, session, 'open');
      await button('Accepter').click();
      await browser.page.waitForURL(`${stage.shop.url}/success?session=${session.id}`);
      await toldOnce(stage, language, session, 'PAYMENT_SUCCEEDED');
      await statusIs(stage, language, session, 'completed');
    });

    it('refused: the page says so, the shop is told, and another try may follow', async (test) => {
      const stage = await openStage(test);
      const session = await arrive(stage, language);
      await askForPayment();
      await button('Refuser').click();
      assert.match(await browser.page.getByRole('alert').textContent(), /Le paiement a échoué/);
      await toldOnce(stage, language, session, 'PAYMENT_FAILED');
      await statusIs(stage, language, session, 'open');
      await button(/^Payer/).waitFor();
    });

    it('cancelled: back in the shop, which was told nothing', async (test) => {
      const stage = await openStage(test);
      const session = await arrive(stage, language);
      await button('Annuler et revenir à la boutique').click();
      await browser.page.waitForURL(`${stage.shop.url}/cancel?session=${session.id}`);
      assert.deepEqual(await stage.shop.settled(), []);
      await statusIs(stage, language, session, 'open');
    });

    it('pending, then succeeded: nothing until the provider confirms', async (test) => {
      const stage = await openStage(test);
      const session = await arrive(stage, language);
      await askForPayment();
      await button('Laisser en attente').click();
      await browser.page.getByRole('heading', { name: 'Paiement en attente' }).waitFor();
      assert.deepEqual(await stage.shop.settled(), []);
      await statusIs(stage, language, session, 'open');

      await stage.control(`/sessions/${session.id}/pay`); // the provider confirms late
      await toldOnce(stage, language, session, 'PAYMENT_SUCCEEDED');
      await statusIs(stage, language, session, 'completed');
      await browser.page.getByRole('link', { name: 'Revenir à la demande' }).click();
      await browser.page.getByRole('heading', { name: 'Paiement réussi' }).waitFor();
      await browser.page.getByRole('link', { name: 'Revenir à la boutique' }).click();
      await browser.page.waitForURL(`${stage.shop.url}/success?session=${session.id}`);
    });

    it('expired by the clock: nothing can be paid any more', async (test) => {
      const stage = await openStage(test, { args: ['--event-names', 'documented'] });
      const session = await arrive(stage, language);
      await stage.control('/clock', { advance: '61m' });
      await button(/^Payer/).click(); // of the page as it was
      await browser.page.getByRole('heading', { name: 'Cette page a expiré' }).waitFor();
      await browser.page.getByRole('link', { name: 'Revenir à la boutique' }).click();
      await browser.page.waitForURL(`${stage.shop.url}/cancel?session=${session.id}`);
      await toldOnce(stage, language, session, 'CHECKOUT_SESSION_EXPIRED');
      await statusIs(stage, language, session, 'expired');
    });
  });
}

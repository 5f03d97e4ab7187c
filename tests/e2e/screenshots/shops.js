'use strict';

// The example shops: a buyer's way to a paid order, and orders in every state.

const { SHOPS, openExampleShop, until } = require('../lib/exampleShop.js');
const { openBrowser } = require('../lib/fixture.js');
const VIEWPORTS = require('./viewports.js');

/** Buys on a phone. */
async function buy(page, shop, take) {
  await page.setViewportSize(VIEWPORTS.phone);
  await page.goto(shop.url);
  await page.locator('button[name=pay]').click();
  await page.waitForURL(`${shop.sandbox.url}/**`);
  await take(page, `shop-${shop.name}-checkout-phone`);
  await page.locator('[name=customer_phone]').fill('+221 77 123 45 67');
  await page.locator('button[value=pay]:visible').click();
  await page.locator('button.bad').waitFor();
  await take(page, `shop-${shop.name}-prompt-phone`);
}

/** Orders in every state. Returns the address of each page to show. */
async function pages(shop) {
  const open = await shop.order();
  const failed = await shop.order();
  await shop.sandbox.fail(failed.session);
  const expired = await shop.order();
  await shop.sandbox.expire(expired.session);
  const refunded = await shop.paidOrder();
  await shop.post(`/orders/${refunded.order}/refund`);
  const paid = await shop.paidOrder();
  await until('the failure is noted', async () =>
    /fail|refus|declin/i.test((await shop.row(failed.order)).text),
  );
  return {
    product: '/',
    pending: `/orders/${open.order}`,
    cancelled: `/orders/${open.order}?cancelled=1`,
    failed: `/orders/${failed.order}`,
    expired: `/orders/${expired.order}`,
    paid: `/orders/${paid.order}`,
    refunded: `/orders/${refunded.order}`,
    list: '/orders',
    unknown: '/orders/nobody',
  };
}

async function takeShops(scope, take) {
  const browser = await openBrowser({ javaScriptEnabled: false, locale: 'en-GB' });
  scope.after(() => browser.close());
  const { page } = browser;
  for (const name of SHOPS) {
    const shop = await openExampleShop(scope, name);
    for (const [shown, route] of Object.entries(await pages(shop))) {
      await page.goto(shop.url + route);
      for (const [screen, viewport] of Object.entries(VIEWPORTS)) {
        await page.setViewportSize(viewport);
        await take(page, `shop-${name}-${shown}-${screen}`);
      }
    }
    await buy(page, shop, take);
  }
}

module.exports = { takeShops };

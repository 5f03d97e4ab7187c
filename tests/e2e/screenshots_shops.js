'use strict';

// Takes screenshots of the example shops, on a phone and on a desktop: node screenshots_shops.js [FOLDER]

const fs = require('node:fs');
const path = require('node:path');

const { SHOPS, openExampleShop, until } = require('./lib/exampleShop.js');
const { openBrowser } = require('./lib/fixture.js');

const FOLDER = path.resolve(process.argv[2] ?? path.join(__dirname, '../../target/screenshots'));
const VIEWPORTS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

const endings = [];

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

async function main() {
  fs.mkdirSync(FOLDER, { recursive: true });
  const browser = await openBrowser({ javaScriptEnabled: false, locale: 'en-GB' });
  endings.push(() => browser.close());
  for (const name of SHOPS) {
    const shop = await openExampleShop({ after: (end) => endings.push(end) }, name);
    for (const [page, route] of Object.entries(await pages(shop))) {
      await browser.page.goto(shop.url + route);
      for (const [screen, viewport] of Object.entries(VIEWPORTS)) {
        await browser.page.setViewportSize(viewport);
        const file = path.join(FOLDER, `shop-${name}-${page}-${screen}.png`);
        await browser.page.screenshot({ path: file, fullPage: true });
      }
    }
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

'use strict';

// Takes screenshots of the checkout page, the console and the example shops, on a phone and on a desktop.
// Those of the documentation are written again: node screenshots.js [FOLDER], or `make screenshots`.

const fs = require('node:fs');
const path = require('node:path');

const { takeSandbox } = require('./screenshots/sandbox.js');
const { takeShops } = require('./screenshots/shops.js');

const ROOT = path.join(__dirname, '../..');
const FOLDER = path.resolve(process.argv[2] ?? path.join(ROOT, 'target/screenshots'));
const MOST_BYTES = 120_000; // of a picture of the documentation: pages are read over mobile networks

/** The pictures of the documentation, and which screenshots they are. */
const DOCUMENTED = {
  'docs/images/shop-phone.png': 'shop-node-product-phone',
  'docs/images/checkout-phone.png': 'shop-node-checkout-phone',
  'docs/images/prompt-phone.png': 'shop-node-prompt-phone',
  'docs/images/paid-phone.png': 'shop-node-paid-phone',
  'docs/images/orders-phone.png': 'shop-node-list-phone',
  'docs/images/orders-desktop.png': 'shop-node-list-desktop',
  'docs/images/checkout-phone-fr.png': 'form-phone-fr',
  'docs/images/checkout-desktop.png': 'form-desktop-en',
  'docs/images/console-desktop.png': 'console-top-desktop-en',
  'docs/images/console-phone.png': 'console-top-phone-en',
  'tests/sandbox/docs/form-phone-fr.png': 'form-phone-fr',
  'tests/sandbox/docs/prompt-phone-fr.png': 'prompt-phone-fr',
  'tests/sandbox/docs/refused-phone-en.png': 'refused-phone-en',
};

async function main() {
  fs.mkdirSync(FOLDER, { recursive: true });
  const endings = [];
  const scope = { after: (end) => endings.push(end) };
  const fileOf = (name) => path.join(FOLDER, `${name}.png`);
  const take = async (page, name, { fullPage = true } = {}) => {
    await page.mouse.move(0, 0); // so that no button is shown as hovered over
    await page.screenshot({ path: fileOf(name), fullPage });
  };
  try {
    await takeSandbox(scope, take);
    await takeShops(scope, take);
  } finally {
    for (const end of endings.reverse()) await end();
  }
  for (const [picture, name] of Object.entries(DOCUMENTED)) {
    const { size } = fs.statSync(fileOf(name));
    if (size > MOST_BYTES) throw new Error(`${picture}: ${size} bytes, more than ${MOST_BYTES}`);
    fs.copyFileSync(fileOf(name), path.join(ROOT, picture));
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});

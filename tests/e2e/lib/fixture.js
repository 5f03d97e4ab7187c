'use strict';

// The fixture of a test: a sandbox, a shop that receives its webhooks, and a browser.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const { startSandbox } = require('../../../bindings-node/testing.js');
const { SANDBOX, run } = require('./languages.js');
const { Shop } = require('./shop.js');

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a new profile. `options` are those of a playwright context. */
async function openBrowser(options = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-buyer-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    timezoneId: 'Africa/Abidjan',
    ...options,
  });
  context.setDefaultTimeout(10_000);
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    async close() {
      await context.close();
      fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A sandbox and a shop, which end with the test. */
async function openFixture(test, { args = [] } = {}) {
  const shop = await Shop.open();
  test.after(() => shop.close());
  const sandbox = await startSandbox({
    binary: SANDBOX,
    args: ['--webhook-url', `${shop.url}/webhooks`, ...args],
  });
  test.after(() => sandbox.stop());
  return {
    shop,
    sandbox,
    /** Runs a language's program. */
    run: (language, ...rest) => run(language, sandbox, ...rest),
    /** POST to the sandbox's control API. */
    async control(route, body = {}) {
      const response = await fetch(`${sandbox.url}/_sandbox${route}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
      return response.json();
    },
  };
}

module.exports = { openBrowser, openFixture };

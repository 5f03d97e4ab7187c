'use strict';

// What a test runs in: a sandbox, a shop that it tells, and a buyer with a browser.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const { startSandbox } = require('../../../bindings-node/testing.js');
const { BUILT, ask } = require('./languages.js');
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
const BINARY = process.env.LOMI_SANDBOX ?? path.join(BUILT, 'lomi-sandbox');

/** A buyer's browser with nothing in it. `how` is what a playwright context takes. */
async function openBrowser(how = {}) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-buyer-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    timezoneId: 'Africa/Abidjan',
    ...how,
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

/** A sandbox and a shop, gone with the test. */
async function openStage(test, { args = [] } = {}) {
  const shop = await Shop.open();
  test.after(() => shop.close());
  const sandbox = await startSandbox({
    binary: BINARY,
    args: ['--webhook-url', `${shop.url}/webhooks`, ...args],
  });
  test.after(() => sandbox.stop());
  return {
    shop,
    sandbox,
    /** Asks a language's program. */
    ask: (language, ...rest) => ask(language, sandbox, ...rest),
    /** Does something in the sandbox's control API. */
    async control(route, body = {}) {
      const answer = await fetch(`${sandbox.url}/_sandbox${route}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
  };
}

module.exports = { openBrowser, openStage };

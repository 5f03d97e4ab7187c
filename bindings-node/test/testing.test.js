'use strict';

// lomi/testing, as the tests of a user use it.

const assert = require('node:assert/strict');
const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { buffer } = require('node:stream/consumers');
const { after, before, it } = require('node:test');
const { promisify } = require('node:util');

const { APIConnectionError, ConfigurationError, LomiClient, webhooks } = require('../index.js');
const { startSandbox } = require('../testing.js');

let shop;
let sandbox;
let api;
const received = [];
before(async () => {
  shop = http.createServer(async (request, response) => {
    received.push({ body: await buffer(request), signature: request.headers['x-lomi-signature'] });
    response.end('ok');
  });
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
  sandbox = await startSandbox({ args: ['--webhook-url', `http://127.0.0.1:${shop.address().port}`] });
  api = new LomiClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
});
after(async () => {
  await sandbox?.stop();
  shop.closeAllConnections();
  shop.close();
});

const open = async () => {
  const made = await api.checkoutSessions.create({ amount: 5000, currency_code: 'XOF', title: 'Coffee' });
  return made.checkout_session_id;
};
const status = async (id) => (await api.checkoutSessions.get(id)).status;

it('gives a client of its test environment', async () => {
  const { checkout_session_id: id } = await sandbox.client({ maxRetries: 0 }).checkoutSessions.create({
    amount: 5000,
    currency_code: 'XOF',
    title: 'Tea',
  });
  assert.equal(await status(id), 'open');
  assert.throws(() => sandbox.client({ retries: 0 }), ConfigurationError);
});

/** The event name of the next delivery, verified by the SDK. */
async function event() {
  for (let tries = 0; received.length === 0 && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { body, signature } = received.shift();
  return webhooks.constructEvent(body, signature, sandbox.webhookSecret).event;
}

it('pays a session and sends the webhook', async () => {
  const id = await open();
  const transaction = await sandbox.pay(id, { provider: 'ORANGE' });
  assert.equal(transaction.provider_code, 'ORANGE');
  assert.equal(await status(id), 'completed');
  assert.equal(await event(), 'PAYMENT_SUCCEEDED');
  assert.equal((await sandbox.deliveries())[0].event, 'PAYMENT_SUCCEEDED');
});

it('makes a payment pending, then failed', async () => {
  const id = await open();
  assert.equal((await sandbox.pending(id)).status, 'pending');
  assert.equal((await sandbox.fail(id)).status, 'failed');
  assert.equal(await status(id), 'open');
  assert.equal(await event(), 'PAYMENT_FAILED');
});

it('advances the clock and expires sessions', async () => {
  for (const by of ['61m', 61 * 60_000]) {
    const id = await open();
    await sandbox.advanceClock(by);
    assert.equal(await status(id), 'expired');
  }
  const id = await open();
  await sandbox.expire(id);
  assert.equal(await status(id), 'expired');
  await assert.rejects(sandbox.expire(id), /409/);
});

it('stops', async () => {
  const other = await startSandbox();
  const client = new LomiClient({ apiKey: other.apiKey, baseUrl: other.url, maxRetries: 0 });
  await client.checkoutSessions.list();
  await other.stop();
  await assert.rejects(client.checkoutSessions.list(), APIConnectionError);
  await assert.rejects(startSandbox({ args: ['--no-such-argument'] }), /before it was ready/);
});

it('rejects for a program that is not the sandbox, and stops it', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-testing-'));
  after(() => fs.rmSync(folder, { recursive: true }));
  const others = {
    text: 'echo hello; echo lomi_sk_test_secretpart; exec sleep 60',
    number: 'echo 5; exec sleep 60',
    object: 'echo "{}"; exec sleep 60',
    ended: 'true',
  };
  for (const [name, script] of Object.entries(others)) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const message = name === 'ended' ? /ended with 0 before it was ready$/ : /is not the sandbox/;
    await assert.rejects(startSandbox({ binary: file }), message, name);
  }
  // In a process of its own, which ends at once and by no other error.
  const code = `require('./testing.js').startSandbox({ binary: process.argv[1] }).catch(() => console.log('rejected'));`;
  for (const binary of ['/bin/echo', path.join(folder, 'object'), path.join(folder, 'missing')]) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', code, binary], {
      cwd: path.join(__dirname, '..'),
      timeout: 20_000,
    });
    assert.deepEqual([stdout, stderr], ['rejected\n', ''], binary);
  }
});

it('refuses options that it does not have, and values of a wrong type', async () => {
  for (const [options, message] of [
    [null, 'the argument of startSandbox is null; give a plain object'],
    ['lomi-sandbox', 'the argument of startSandbox is a string; give a plain object'],
    [{ binnary: 'x' }, 'there is no option binnary; did you mean binary?'],
    [{ port: 1 }, 'there is no option port; there are binary, args'],
    [{ binary: 1 }, 'binary must be a string'],
    [{ args: '--port' }, 'args must be a list of strings, such as ["--webhook-url", "http://..."]'],
  ]) {
    await assert.rejects(
      startSandbox(options),
      (error) => error instanceof ConfigurationError && error.message === message,
    );
  }
  const id = await open();
  await assert.rejects(sandbox.pay(id, { providers: 'WAVE' }), /did you mean provider\?$/);
  assert.equal((await sandbox.pay(id, null)).provider_code, 'WAVE');
});

it('ends when the process that started it is killed', async () => {
  const code = `require('./testing.js').startSandbox().then((s) => console.log(s.url)); setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['-e', code], {
    cwd: path.join(__dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await once(owner.stdout, 'data');
  const url = String(output).trim();
  assert.equal((await fetch(`${url}/checkout-sessions`)).status, 401);
  owner.kill('SIGKILL');
  for (let tries = 0; tries < 100; tries += 1) {
    const gone = await fetch(`${url}/checkout-sessions`).then(
      () => false,
      () => true,
    );
    if (gone) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('the sandbox outlives its owner');
});

'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const { ConfigurationError, LomiClient, NotFoundError, OutcomeUnknownError, ValidationError } = require('..');
const { startSandbox, stub } = require('../testing.js');

const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-recording-'));
let sandbox;
before(async () => {
  sandbox = await startSandbox();
});
after(async () => {
  await sandbox.stop();
  fs.rmSync(FOLDER, { recursive: true });
});

/** What a shop does, and what it gets. */
async function shop(client) {
  const results = [];
  for (const amount of [5001, 5002, 5003]) {
    const session = await client.checkoutSessions.create({
      amount,
      currency_code: 'XOF',
      customer_email: 'planted@example.sn',
      metadata: { order: 'planted-1' },
    });
    results.push([session.amount, session.status]);
  }
  const listed = await client.checkoutSessions.list({ limit: 2 });
  results.push(listed.data.map(({ amount }) => amount));
  const missing = client.refunds.get('00000000-0000-4000-8000-00000000dead');
  await assert.rejects(missing, (error) => {
    results.push([error.status, error.attempts]);
    return error instanceof NotFoundError;
  });
  return results;
}

test('a recorded run is replayed without a server', async () => {
  const file = path.join(FOLDER, 'run.jsonl');
  const recorded = await shop(sandbox.client({ record: file }));
  const text = fs.readFileSync(file, 'utf8');
  assert.ok(!text.includes(sandbox.apiKey) && !text.includes('planted'));
  for (const line of text.trim().split('\n')) assert.equal(JSON.parse(line).lomi, 1);

  const replay = LomiClient.replay(file);
  assert.deepEqual(await shop(replay), recorded);
  replay.setApiKey('lomi_sk_test_another');
  const unknown = replay.customers.get('nobody');
  await assert.rejects(unknown, { name: 'ConfigurationError', message: /is not in the recording/ });
});

test('LOMI_RECORD records every client', () => {
  const file = path.join(FOLDER, 'environment.jsonl');
  const program =
    'new (require(process.argv[1]).LomiClient)().checkoutSessions.list({ limit: 3 }).then(() => {})';
  execFileSync(process.execPath, ['-e', program, path.join(__dirname, '..')], {
    env: { ...process.env, LOMI_API_KEY: sandbox.apiKey, LOMI_BASE_URL: sandbox.url, LOMI_RECORD: file },
  });
  const [line, ...others] = fs.readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(JSON.parse(line).path, '/checkout-sessions?limit=3');
  assert.deepEqual(others, []);
});

test('a file that is no recording is refused', () => {
  assert.throws(() => LomiClient.replay(path.join(FOLDER, 'none')), ConfigurationError);
  const file = path.join(FOLDER, 'other');
  fs.writeFileSync(file, '{}\n');
  assert.throws(() => LomiClient.replay(file), { name: 'ConfigurationError', message: /line 1/ });
  assert.throws(() => LomiClient.replay(file, { timout: 5 }), ConfigurationError);
});

test('a stub answers with examples', async () => {
  const tests = stub();
  const client = tests.client();
  const session = await client.checkoutSessions.create({ amount: 700, currency_code: 'XOF' });
  assert.equal(session.amount, 700);
  assert.match(session.checkout_url, /^https:/);
  assert.equal((await client.refunds.get('r_9')).refund_id, 'r_9');
  const all = [];
  for await (const transaction of client.transactions.list()) all.push(transaction);
  assert.equal(all.length, 1);
  const [first] = tests.requests;
  assert.equal(first.operation, 'checkout_sessions.create');
  assert.deepEqual(first.body, { amount: 700, currency_code: 'XOF' });
});

test('a stub answers what the test has set', async () => {
  const tests = stub();
  tests.respond('checkout_sessions.get', { error: { message: 'gone' } }, { status: 404 });
  const client = tests.client({ maxRetries: 4 });
  await assert.rejects(client.checkoutSessions.get('cs_1'), { name: 'NotFoundError', message: /gone/ });
  assert.equal((await client.checkoutSessions.get('cs_1')).checkout_session_id, 'cs_1');

  tests.fail('refunds.create', 'timeout');
  const refund = client.refunds.create({ transaction_id: 't_1', amount: 500 });
  await assert.rejects(refund, OutcomeUnknownError);
  tests.fail('customers.list');
  const began = performance.now();
  await assert.rejects(client.customers.list(), { name: 'APIConnectionError', attempts: 5 });
  assert.ok(performance.now() - began < 500, 'the pauses were waited for');
  assert.throws(() => tests.respond('refunds.creat', {}), {
    name: 'ValidationError',
    message: /did you mean "refunds.create"/,
  });
  assert.throws(() => tests.respond('refunds.create', {}, { status: 99 }), ValidationError);
  assert.throws(() => tests.fail('refunds.create', 'fire'), ValidationError);
});

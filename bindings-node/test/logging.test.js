'use strict';

// The log entries of a client.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const KEY = 'lomi_sk_test_secretpart';

/** Responds to the first request with an error. */
async function flaky() {
  let calls = 0;
  const { url } = await server((_, response) => {
    calls += 1;
    if (calls === 1) json(response, 503, {});
    else
      json(response, 200, { ...SESSION, customer_email: 'private@example.com' }, { 'x-request-id': 'req_1' });
  });
  return url;
}

function check(entries) {
  assert.deepEqual(
    entries.map(({ method, status, failure, attempt }) => [method, status, failure, attempt]),
    [
      ['GET', 503, null, 1],
      ['GET', 200, null, 2],
    ],
  );
  assert.match(entries[1].route, /\{/);
  assert.equal(entries[1].requestId, 'req_1');
  assert.ok(entries.every(({ milliseconds }) => milliseconds >= 0));
  assert.doesNotMatch(JSON.stringify(entries), /private|secretpart/);
}

test('one entry per request, on both surfaces and after another key', async () => {
  const entries = [];
  const logger = (entry) => entries.push(entry);
  const client = new lomi.LomiClient({ apiKey: KEY, baseUrl: await flaky(), logger });
  client.setApiKey(`${KEY}2`);
  const session = await client.checkoutSessions.get('private');
  check(entries.splice(0));
  assert.deepEqual(
    session.lastResponse.history.map(({ status }) => status),
    [503, 200],
  );

  const settings = new lomi.Configuration({ apiKey: KEY, basePath: await flaky(), logger });
  const api = new lomi.CheckoutSessionsApi(settings);
  const name = Object.getOwnPropertyNames(Object.getPrototypeOf(api)).find((n) => /retrieve|get/i.test(n));
  await api[name]('private');
  check(entries);
});

test('a failed call is logged, and its error has the history', async () => {
  const entries = [];
  const { url } = await server((request) => request.socket.destroy());
  const logger = (entry) => entries.push(entry);
  const client = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, maxRetries: 1, logger });
  await assert.rejects(client.checkoutSessions.get('private'), (error) => {
    assert.equal(error.history.length, 2);
    assert.equal(error.history[0].failure, 'APIConnectionError');
    return true;
  });
  assert.deepEqual(
    entries.map(({ failure, attempt }) => [failure, attempt]),
    [
      ['APIConnectionError', 1],
      ['APIConnectionError', 2],
    ],
  );
});

test('a list is logged', async () => {
  const entries = [];
  const { url } = await server((_, response) => json(response, 200, { data: [SESSION], has_more: false }));
  const client = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, logger: (entry) => entries.push(entry) });
  await client.checkoutSessions.list().autoPagingToArray({ limit: 5 });
  assert.equal(entries.length, 1);
});

test('a logger that throws or rejects breaks no call; a logger must be a function', async () => {
  const broken = () => {
    throw new Error('broken');
  };
  for (const logger of [broken, async () => broken()]) {
    const client = new lomi.LomiClient({ apiKey: KEY, baseUrl: await flaky(), logger });
    assert.equal((await client.checkoutSessions.get('x')).amount, 5000);
  }
  assert.throws(() => new lomi.LomiClient({ apiKey: KEY, logger: 'x' }), lomi.ConfigurationError);
});

for (const [word, lines] of [
  ['info', 2],
  ['', 0],
]) {
  test(`LOMI_LOG=${word} writes ${lines} lines to stderr`, async () => {
    const code = `const { LomiClient } = require(${JSON.stringify(path.join(__dirname, '..'))});
      new LomiClient({ apiKey: '${KEY}', baseUrl: '${await flaky()}' }).checkoutSessions.get('private');`;
    const env = { ...process.env, LOMI_LOG: word };
    const stderr = await new Promise((resolve, reject) => {
      execFile(process.execPath, ['-e', code], { env }, (error, _, text) =>
        error ? reject(error) : resolve(text),
      );
    });
    assert.equal(stderr.split('\n').filter((line) => /^lomi: GET \//.test(line)).length, lines);
    assert.doesNotMatch(stderr, /private|secretpart/);
  });
}

test('a key that is sent unencrypted is a process warning', async () => {
  const warned = new Promise((resolve) => process.once('warning', resolve));
  new lomi.LomiClient({ apiKey: KEY, baseUrl: 'http://10.0.0.1', allowHttp: true });
  const warning = await warned;
  assert.equal(warning.name, 'LomiWarning');
  assert.match(warning.message, /unencrypted to http:\/\/10\.0\.0\.1$/);
});

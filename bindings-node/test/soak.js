'use strict';

// The long tests (`make soak-node`): many calls, aborts, threads and exits. Nothing may leak.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const nodeTest = require('node:test');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

// `node --test test/` runs this file too; memory is measured only with --expose-gc.
const test = typeof global.gc === 'function' ? nodeTest.test : nodeTest.test.skip;
const run = promisify(execFile);
const client = (url) => new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url });
const linux = process.platform === 'linux';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const counted = () => ({
  files: fs.readdirSync('/proc/self/fd').length,
  threads: fs.readdirSync('/proc/self/task').length,
});

/** The growth of memory in `count` rounds, after as many rounds that fill caches. */
async function growth(count, round) {
  // Free memory that V8 keeps is not growth.
  const taken = () => {
    global.gc?.();
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    return rss - heapTotal + heapUsed;
  };
  for (let at = 0; at < count; at++) await round();
  const before = taken();
  for (let at = 0; at < count; at++) await round();
  return (taken() - before) / 1e6;
}

/** Responds at once, in chunks, or never, depending on the id. */
async function moody() {
  return server((request, response) => {
    if (request.url.includes('quick')) json(response, 200, SESSION);
    if (request.url.includes('body')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"checkout_session_id":');
    }
  });
}

test(
  '10,000 aborted calls: descriptors and memory flat, the next call right',
  { skip: !linux },
  async (t) => {
    const { url } = await moody();
    const api = client(url);
    const kinds = ['quick', 'body', 'never'];
    const batch = () =>
      Promise.all(
        Array.from({ length: 100 }, async (_, at) => {
          const controller = new AbortController();
          const call = api.checkoutSessions.get(kinds[at % 3], { signal: controller.signal });
          setTimeout(() => controller.abort(), Math.random() * 4);
          await call.catch((error) => assert.equal(error.constructor, lomi.CancelledError));
        }),
      );
    for (let at = 0; at < 10; at++) await batch();
    await pause(500);
    const before = counted();
    const grown = await growth(50, batch);
    await pause(500);
    const after = counted();
    t.diagnostic(`${JSON.stringify({ before, after })}, ${grown.toFixed(1)} MB more`);
    // Connections of successful calls stay open for a while.
    assert.ok(after.files <= before.files + 100);
    assert.equal(after.threads, before.threads);
    assert.ok(grown < 32);
    assert.equal((await api.checkoutSessions.get('quick')).amount, 5000);
  },
);

test('100,000 calls by two clients with two keys in four workers: 0 mix-ups', async () => {
  const calls = 25_000;
  const { url } = await server((request, response) => {
    const id = request.url.split('/').at(-1);
    json(response, 200, { ...SESSION, checkout_session_id: id, title: request.headers['x-api-key'] });
  });
  const workerData = { url, keys: ['lomi_sk_test_a', 'lomi_sk_test_b'], calls };
  const results = await Promise.all(
    Array.from({ length: 4 }, () => {
      const worker = new Worker(path.join(__dirname, 'helpers/worker.js'), { workerData });
      return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    }),
  );
  assert.deepEqual(results, Array(4).fill({ wrong: 0, calls }));
});

test('100,000 calls: memory flat', { skip: !linux }, async (t) => {
  const { url } = await moody();
  const source = `
    const lomi = require(${JSON.stringify(path.join(__dirname, '..'))});
    const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: '${url}' });
    const growth = ${growth};
    const round = () => Promise.all(Array.from({ length: 50 }, () => api.checkoutSessions.get('quick')));
    growth(1000, round).then(console.log);
  `;
  const { stdout } = await run(process.execPath, ['--expose-gc', '-e', source]);
  t.diagnostic(`${Number(stdout).toFixed(1)} MB more over the second 50,000`);
  assert.ok(Number(stdout) < 8, stdout);
});

test('10,000 clients and pages that are not kept: memory flat', async (t) => {
  const { url } = await server((_, response) => json(response, 200, [SESSION]));
  const grown = await growth(500, () =>
    Promise.all(Array.from({ length: 10 }, async () => (await client(url).checkoutSessions.list()).data[0])),
  );
  t.diagnostic(`${grown.toFixed(1)} MB more`);
  assert.ok(grown < 32);
});

test('200 workers that are terminated with calls in flight', { skip: !linux }, async (t) => {
  const { url } = await moody();
  const source = `
    const lomi = require(${JSON.stringify(path.join(__dirname, '..'))});
    const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: '${url}' });
    for (let at = 0; at < 10; at++) api.checkoutSessions.get(at % 2 ? 'quick' : 'never').catch(() => {});
    require('node:worker_threads').parentPort.postMessage('started');
  `;
  const one = async () => {
    const worker = new Worker(source, { eval: true });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
  };
  for (let at = 0; at < 20; at++) await one();
  const before = counted();
  for (let at = 0; at < 180; at++) await one();
  await pause(500);
  const after = counted();
  t.diagnostic(JSON.stringify({ before, after }));
  assert.ok(after.files <= before.files + 20, 'their connections are closed');
  assert.ok(after.threads <= before.threads + 1);
  assert.equal((await client(url).checkoutSessions.get('quick')).amount, 5000);
});

test('300 exits with calls in flight, none of them a crash', async () => {
  const { url } = await moody();
  const source = (ms) => `
    const lomi = require(${JSON.stringify(path.join(__dirname, '..'))});
    const api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: '${url}' });
    for (let i = 0; i < 20; i++) api.checkoutSessions.get(i % 2 ? 'quick' : 'never').catch(() => {});
    setTimeout(() => process.exit(0), ${ms});
  `;
  for (let round = 0; round < 75; round++) {
    const exits = Array.from({ length: 4 }, (_, at) =>
      run(process.execPath, ['-e', source((round + at) % 30)]),
    );
    for (const { stderr } of await Promise.all(exits)) assert.equal(stderr, '');
  }
});

'use strict';

// The environment variables of a client. In a worker and in a Jest test, process.env is a copy.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const net = require('node:net');
const path = require('node:path');
const { before, test } = require('node:test');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');

const { Certificates } = require('./helpers/certificates.js');
const { server, json, SESSION } = require('./helpers/server.js');

const PACKAGE = JSON.stringify(path.join(__dirname, '..'));

/** The message that `source` posts from a worker. */
function inWorker(source, options) {
  const code = `const { parentPort } = require('node:worker_threads');
    const lomi = require(${PACKAGE});
    const attempt = (make) => { try { return make(); } catch (error) { return error.message; } };
    (async () => { ${source} })();`;
  const worker = new Worker(code, { eval: true, ...options });
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

const certificates = new Certificates();
before(() => {
  certificates.authority('ca');
  certificates.issue('leaf', 'ca');
  certificates.write('broken.pem', 'no certificate\n');
});

test('a client in a worker reads the variables of the worker, not those of the process', async () => {
  process.env.LOMI_API_KEY = 'lomi_sk_test_of_the_process';
  process.env.LOMI_BASE_URL = 'http://127.0.0.1:9/of-the-process';
  try {
    const posted = await inWorker(`
      const inherited = new lomi.LomiClient().getBaseUrl();
      process.env.LOMI_BASE_URL = 'http://127.0.0.1:9/of-the-worker';
      const changed = new lomi.LomiClient();
      const documented = new lomi.Configuration().basePath;
      delete process.env.LOMI_BASE_URL;
      changed.setApiKey('lomi_sk_live_1');
      const kept = changed.getBaseUrl();
      const none = new lomi.LomiClient().getBaseUrl();
      delete process.env.LOMI_API_KEY;
      parentPort.postMessage({ inherited, changed: changed.getBaseUrl(), documented, kept, none,
        key: attempt(() => new lomi.LomiClient()) });`);
    assert.match(posted.key, /LOMI_API_KEY/);
    delete posted.key;
    assert.deepEqual(posted, {
      inherited: 'http://127.0.0.1:9/of-the-process',
      changed: 'http://127.0.0.1:9/of-the-worker',
      documented: 'http://127.0.0.1:9/of-the-worker',
      kept: 'http://127.0.0.1:9/of-the-worker',
      none: 'https://sandbox.api.lomi.africa',
    });
  } finally {
    delete process.env.LOMI_API_KEY;
    delete process.env.LOMI_BASE_URL;
  }
});

test('a call of a worker uses its key, secret and log', async () => {
  const { url, seen } = await server((_, response) => json(response, 200, SESSION));
  const env = {
    LOMI_API_KEY: 'lomi_sk_test_w',
    LOMI_BASE_URL: url,
    LOMI_LOG: 'info',
    LOMI_WEBHOOK_SECRET: 'whsec_w',
  };
  const inside = `
    const lomi = require(${PACKAGE});
    const payload = '{"id":"1","event":"PAYMENT_SUCCEEDED"}';
    const event = lomi.webhooks.constructEvent(payload, lomi.webhooks.sign(payload, 'whsec_w'));
    console.log(event.id);
    new lomi.LomiClient().checkoutSessions.get('x');`;
  const source = `new (require('node:worker_threads').Worker)(${JSON.stringify(inside)},
    { eval: true, env: ${JSON.stringify(env)} })`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', source]);
  assert.equal(stdout, '1\n');
  assert.match(stderr, /^lomi: GET .* 200/);
  assert.equal(seen.at(-1).headers['x-api-key'], 'lomi_sk_test_w');
});

test('a client in a worker uses the proxy of its variables', async (t) => {
  const asked = [];
  const proxy = net.createServer((socket) =>
    socket.once('data', (head) => {
      asked.push(String(head).split('\r\n')[0]);
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    }),
  );
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const HTTPS_PROXY = `http://127.0.0.1:${proxy.address().port}`;
  const call = (env, setting = '') =>
    inWorker(
      `const options = { apiKey: 'lomi_sk_test_1', baseUrl: 'https://127.0.0.1:9', maxRetries: 0, ${setting} };
      new lomi.LomiClient(options).checkoutSessions.get('x').catch((error) => parentPort.postMessage(error.outcome));`,
      { env },
    );
  for (const [env, through] of [
    [{ HTTPS_PROXY }, 1],
    [{ all_proxy: HTTPS_PROXY }, 1],
    [{ HTTPS_PROXY, NO_PROXY: '127.0.0.0/8' }, 0],
    [{ HTTPS_PROXY: ' ' }, 0],
  ]) {
    const before = asked.length;
    await call(env);
    assert.equal(asked.length, before + through, JSON.stringify(env));
  }
  process.env.HTTPS_PROXY = HTTPS_PROXY;
  const before = asked.length;
  try {
    await call({});
    assert.equal(asked.length, before, 'the variable of the process does not count');
    await call(undefined);
    assert.equal(asked.length, before + 1, 'a worker starts with the variables of the process');
  } finally {
    delete process.env.HTTPS_PROXY;
  }
  await call({ NO_PROXY: '*' }, `proxy: '${HTTPS_PROXY}'`);
  assert.equal(asked.length, before + 2, 'the option counts whatever the variables say');
  assert.equal(asked.at(-1), 'CONNECT 127.0.0.1:9 HTTP/1.1');
});

/** Calls a server with a certificate of a private authority, from a process with this variable. */
async function callWithAuthority(file) {
  const source = `
    const https = require('node:https'), fs = require('node:fs'), lomi = require(${PACKAGE});
    const read = (name) => fs.readFileSync(process.env.DIRECTORY + '/' + name);
    const listener = https.createServer({ key: read('leaf.key'), cert: read('leaf.pem') }, (_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"checkout_session_id":"cs_1","status":"open"}');
    });
    listener.listen(0, '127.0.0.1', async () => {
      const options = { apiKey: 'lomi_sk_test_1', baseUrl: 'https://localhost:' + listener.address().port, maxRetries: 0 };
      const apis = [new lomi.LomiClient(options), new lomi.LomiClient(options)];
      const { status } = await apis[1].checkoutSessions.get('cs_1').catch((error) => ({ status: error.name }));
      console.log(status);
      process.exit();
    });`;
  const { directory } = certificates;
  const env = { ...process.env, DIRECTORY: directory, NODE_EXTRA_CA_CERTS: path.join(directory, file) };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', source], { env });
  return [stdout.trim(), stderr.match(/lomi ignores NODE_EXTRA_CA_CERTS/g) ?? []];
}

test('variables that may not be read are not set, as in Deno without --allow-env', async () => {
  const source = `
    const denied = { get(_, name) { if (typeof name === 'string') throw new Error('NotCapable: ' + name); } };
    const env = new Proxy({ LOMI_API_KEY: 'lomi_sk_test_1' }, denied);
    Object.defineProperty(process, 'env', { value: env });
    const lomi = require(${PACKAGE});
    const attempt = (make) => { try { return make(); } catch (error) { return error.name; } };
    process.stdout.write(JSON.stringify([
      attempt(() => new lomi.LomiClient({ apiKey: 'lomi_sk_test_2' }).getBaseUrl()),
      attempt(() => new lomi.LomiClient()),
      attempt(() => lomi.webhooks.constructEvent('{}', '')),
    ]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', source]);
  assert.deepEqual(JSON.parse(stdout), [
    'https://sandbox.api.lomi.africa',
    'ConfigurationError',
    'ConfigurationError',
  ]);
});

test('NODE_EXTRA_CA_CERTS is trusted; an unusable file is a warning', async () => {
  assert.deepEqual(await callWithAuthority('ca.pem'), ['open', []]);
  for (const file of ['broken.pem', 'nothing.pem', '.']) {
    assert.deepEqual(await callWithAuthority(file), ['TLSError', ['lomi ignores NODE_EXTRA_CA_CERTS']], file);
  }
});

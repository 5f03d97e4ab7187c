'use strict';

// The package as it is installed: its native library, its names, its helper for tests.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, test } = require('node:test');
const { promisify } = require('node:util');

const { BINARY } = require('./helpers/sandbox.js');
const { startSandbox } = require('../testing.js');
const lomi = require('..');

const run = promisify(execFile);
const PACKAGE = path.join(__dirname, '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-package-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** A copy of the package without its native library. */
function bare(name) {
  const copy = path.join(folder, name);
  fs.mkdirSync(copy);
  for (const part of ['index.js', 'index.mjs', 'native.js', 'lib', 'runtime', 'package.json']) {
    fs.cpSync(path.join(PACKAGE, part), path.join(copy, part), { recursive: true });
  }
  return copy;
}

const loadError = (copy, env = {}) =>
  run(process.execPath, ['-e', `require(${JSON.stringify(copy)})`], { env: { ...process.env, ...env } }).then(
    () => assert.fail('it loads'),
    (error) => error.stderr,
  );

// As in a project with several versions of it.
test('several copies of the native library in one process', async () => {
  const copies = [1, 2, 3, 4, 5].map((number) => path.join(folder, `copy${number}.node`));
  for (const copy of copies) fs.copyFileSync(path.join(PACKAGE, 'lomi.node'), copy);
  const source = `for (const copy of ${JSON.stringify(copies)}) console.log(typeof require(copy).Client)`;
  const { stdout } = await run(process.execPath, ['-e', source]);
  assert.equal(stdout, 'function\n'.repeat(copies.length));
});

test('a missing native library: the error names the package and what to do', async () => {
  const message = await loadError(bare('missing'));
  assert.match(message, /Error: lomi needs its native part for this system, the package lomi-\w+-\w+/);
  assert.match(message, /npm install lomi-\w+/);
  assert.match(message, /serverExternalPackages/);
});

test('a native library for another system: the error says so', async () => {
  const copy = bare('foreign');
  fs.writeFileSync(path.join(copy, 'lomi.node'), 'not a library');
  assert.match(await loadError(copy), /lomi cannot load .*lomi\.node.*built for another system/);
});

test('a platform package that cannot be loaded', async () => {
  const copy = bare('broken');
  const [, name] = (await loadError(copy)).match(/the package (lomi-[\w-]+)/);
  fs.mkdirSync(path.join(copy, 'node_modules', name), { recursive: true });
  fs.writeFileSync(path.join(copy, 'node_modules', name, 'index.node'), 'nothing');
  fs.writeFileSync(path.join(copy, 'node_modules', name, 'package.json'), '{"main":"index.node"}');
  assert.match(await loadError(copy), new RegExp(`${name}. Loading it failed`));
});

test('the platform package is found and works', async () => {
  const copy = bare('installed');
  const [, name] = (await loadError(copy)).match(/the package (lomi-[\w-]+)/);
  const platform = name.replace('lomi-', '');
  const package_ = path.join(copy, 'node_modules', name);
  fs.cpSync(path.join(PACKAGE, 'npm', platform), package_, { recursive: true });
  fs.copyFileSync(path.join(PACKAGE, 'lomi.node'), path.join(package_, `lomi.${platform}.node`));
  const { stdout } = await run(process.execPath, ['-p', `require(${JSON.stringify(copy)}).VERSION`]);
  assert.equal(stdout.trim(), lomi.VERSION);
});

test('one version everywhere', () => {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(PACKAGE, file), 'utf8'));
  assert.equal(read('package.json').version, lomi.VERSION);
  for (const platform of fs.readdirSync(path.join(PACKAGE, 'npm'))) {
    const manifest = read(`npm/${platform}/package.json`);
    assert.equal(manifest.version, lomi.VERSION);
    assert.equal(manifest.name, `lomi-${platform}`);
    assert.equal(manifest.main, `lomi.${platform}.node`);
  }
});

test('ES modules get the same classes as CommonJS', async () => {
  const module = await import('../index.mjs');
  assert.equal(module.LomiClient, lomi.LomiClient);
  assert.equal(module.LomiSDK, lomi.LomiClient);
  assert.equal(module.NotFoundError, lomi.NotFoundError);
});

test('what is loaded at first use is a property like any other', () => {
  const copies = { ...lomi };
  assert.equal(Object.keys(copies).length, Object.keys(lomi).length);
  for (const [name, value] of Object.entries(copies)) assert.notEqual(value, undefined, name);
  assert.equal(copies.CustomersApi, lomi.CustomersApi);
  assert.equal(copies.CustomersApi.name, 'CustomersApi');
  const configuration = new lomi.Configuration({ apiKey: 'lomi_sk_test_1' });
  assert.ok(new lomi.CustomersApi(configuration) instanceof copies.CustomersApi);
  assert.ok(new lomi.webhooks.ReplayGuard() instanceof lomi.webhooks.ReplayGuard);
});

test('a test can put its own in place of any export, used before or not', async () => {
  const program = `
    const { mock } = require('node:test');
    const lomi = require(${JSON.stringify(PACKAGE)});
    class Mine {}
    for (const used of [false, true]) {
      for (const [owner, name] of [[lomi, 'LomiClient'], [lomi, 'CustomersApi'], [lomi, 'Page'], [lomi.webhooks, 'RedisStore']]) {
        const genuine = used ? owner[name] : undefined;
        owner[name] = Mine;
        if (owner[name] !== Mine) throw new Error(name);
        if (used) owner[name] = genuine;
      }
    }
    mock.method(lomi.PayoutsApi.prototype, 'createPayout', () => 'mine');
    const configuration = new lomi.Configuration({ apiKey: 'lomi_sk_test_1' });
    console.log(new lomi.PayoutsApi(configuration).createPayout());`;
  const { stdout } = await run(process.execPath, ['-e', `'use strict'; ${program}`]);
  assert.equal(stdout.trim(), 'mine');
});

test('startSandbox', async () => {
  const sandbox = await startSandbox({ binary: BINARY });
  const api = new lomi.LomiClient({ apiKey: sandbox.apiKey, baseUrl: sandbox.url });
  const session = await api.checkoutSessions.create({
    amount: 500,
    currency_code: 'XOF',
    customer_email: 'a@b.ci',
  });
  assert.equal(session.status, 'open');
  assert.match(sandbox.webhookSecret, /^whsec_/);
  await sandbox.stop();
  await sandbox.stop();
  const gone = api.checkoutSessions.get(session.checkout_session_id, { maxRetries: 0 });
  await assert.rejects(gone, lomi.APIConnectionError);
  await assert.rejects(startSandbox({ binary: '/nowhere/lomi-sandbox' }), /cannot be started/);
  const program = `require(${JSON.stringify(path.join(PACKAGE, 'testing.js'))}).startSandbox({binary:${JSON.stringify(BINARY)}}).then((s) => console.log(s.url))`;
  const { stdout } = await run(process.execPath, ['-e', program]);
  await assert.rejects(fetch(stdout.trim()), 'a sandbox ends with its program');
});

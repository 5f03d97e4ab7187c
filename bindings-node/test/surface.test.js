'use strict';

// Every argument of every public function with values of every wrong type. The result is a value
// or an error class of this package with a clear message, never a TypeError from inside.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');
const vm = require('node:vm');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const KEY = 'lomi_sk_test_1';

let url;
let api;
let documented;
before(async () => {
  ({ url } = await server((request, response) => {
    const list = /sessions(\?|$)/.test(request.url) && request.method === 'GET';
    json(response, 200, list ? { data: [] } : SESSION);
  }));
  api = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, routes: 'current', maxRetries: 0 });
  documented = new lomi.CheckoutSessionsApi(new lomi.Configuration({ apiKey: KEY, basePath: url }));
});

const throws = () => {
  throw new Error('thrown by the caller');
};
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const circle = {};
circle.circle = circle;
const noPrototype = Object.create(null);

const ODD = [
  undefined, null, 0, -1, 1.5, NaN, Infinity, 10n, true, false, '', ' ', 'x', 'a\ud83d', '\0', 'x'.repeat(1e5),
  Symbol('s'), () => 1, async () => 1, class {}, [], [1], [[]], [null], [undefined], {}, { a: 1 }, noPrototype, circle, new Map(),
  new Set([1]), new URLSearchParams('a=b'), new FormData(), new Headers(), new Date(0), new Date(NaN),
  Promise.resolve({}), new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws }), revoked,
  new Number(5), new String('boxed'), Buffer.from('b'), new ArrayBuffer(1), /r/, new Error('e'),
  { toJSON: throws }, { get amount() { return throws(); } }, vm.runInNewContext('new Map()'), (function* () {})(),
  new AbortController().signal, process, globalThis,
]; // prettier-ignore

/** Words of lower layers, which do not help the caller. */
const INSIDE =
  /rust|napi|failed to convert|StringExpected|expected (?!a )|is not a function|cannot read (private|prop)|\[object|serde|at line/i;

function name(value) {
  try {
    return typeof value === 'string'
      ? JSON.stringify(value.slice(0, 20))
      : `${typeof value} ${String(value).slice(0, 40)}`;
  } catch {
    return typeof value;
  }
}

async function probe(what, call) {
  for (const value of ODD) {
    try {
      await call(value);
    } catch (error) {
      const where = `${what} with ${name(value)}: ${error.stack}`;
      assert.ok(error instanceof lomi.LomiError && !(error instanceof lomi.InternalError), where);
      assert.doesNotMatch(error.message, INSIDE, where);
      assert.ok(error.message.length < 1500, `${what}: a sentence of ${error.message.length} characters`);
    }
  }
}

const SETTINGS =
  'apiKey environment baseUrl headers timeout attemptTimeout connectTimeout idleTimeout maxRetries maxConnections allowHttp routes userAgent caFile caFiles proxy onRequest onResponse logger';
const OPTIONS = 'idempotencyKey timeout connectTimeout maxRetries headers signal apiKey account requestId';
const FIELDS =
  'amount currency_code title metadata line_items allowed_providers expires_at allow_coupon_code brand_new';

test('clients', async () => {
  await probe('LomiClient(key)', (value) => new lomi.LomiClient(value));
  await probe('LomiClient(key, options)', (value) => new lomi.LomiClient(KEY, value));
  await probe('LomiClient(options, options)', (value) => new lomi.LomiClient({ apiKey: KEY }, value));
  for (const setting of SETTINGS.split(' ')) {
    await probe(setting, (value) => new lomi.LomiClient({ apiKey: KEY, [setting]: value }));
  }
  await probe('Configuration', (value) => new lomi.Configuration(value));
  const documentedSettings = ['apiKeyPrefix', 'basePath', ...SETTINGS.split(' ')];
  for (const setting of documentedSettings.filter((name) => name !== 'baseUrl')) {
    await probe(setting, (value) => new lomi.Configuration({ [setting]: value }));
  }
  await probe('CheckoutSessionsApi', (value) => new lomi.CheckoutSessionsApi(value));
  const other = new lomi.LomiClient({ apiKey: KEY, baseUrl: url });
  await probe('setApiKey', (value) => other.setApiKey(value));
});

test('resources', async () => {
  const { checkoutSessions } = api;
  for (const [method, given] of Object.entries({
    create: [{}],
    get: ['x'],
    update: ['x', {}],
    delete: ['x'],
    list: [{}],
  })) {
    for (let at = 0; at <= given.length; at++) {
      const call = (value) =>
        checkoutSessions[method](...given.slice(0, at), value, ...given.slice(at + 1)).then();
      await probe(`${method}, argument ${at}`, call);
    }
    for (const option of OPTIONS.split(' ')) {
      await probe(`${method}, ${option}`, (value) =>
        checkoutSessions[method](...given, { [option]: value }).then(),
      );
    }
  }
  await probe('options of refunds.create', (value) => api.refunds.create({ amount: 1 }, value));
  await probe('confirm', (value) => api.refunds.create({ amount: 1 }, { confirm: value }));
  for (const field of FIELDS.split(' ')) {
    await probe(field, (value) => checkoutSessions.create({ [field]: value }));
    await probe(`metadata.${field}`, (value) =>
      documented.createCheckoutSession({ metadata: { [field]: value } }),
    );
  }
  for (const parameter of ['limit', 'offset', 'status', 'cursor', 'sort', 'page', 'brand_new']) {
    await probe(parameter, (value) => checkoutSessions.list({ [parameter]: value }).then());
  }
  await probe('autoPagingToArray', (value) => checkoutSessions.list().autoPagingToArray(value));
  await probe('autoPagingToArray, limit', (value) =>
    checkoutSessions.list().autoPagingToArray({ limit: value }),
  );
  const page = await checkoutSessions.list();
  await probe('autoPagingToArray of a page', (value) => page.autoPagingToArray(value));
});

test('requests', async () => {
  await probe('request', (value) => api.request(value));
  await probe('download', (value) => api.download(value));
  await probe('options of a download', (value) => api.download('no link', value));
  for (const option of ['to', 'maxBytes', 'timeout', 'maxRetries', 'signal']) {
    await probe(`download, ${option}`, (value) => api.download('no link', { [option]: value }));
  }
  for (const part of ['method', 'path', 'query', 'body', ...OPTIONS.split(' ')]) {
    await probe(`request, ${part}`, (value) => api.request({ path: '/x', [part]: value }));
  }
});

test('the outcome of a call', async () => {
  await probe('findOutcome', (value) => api.findOutcome(value));
  const error = new lomi.LomiError('lost', { unknownCall: '{}' });
  await probe('findOutcome, options', (value) => api.findOutcome(error, value));
  for (const option of ['knownIds', 'signal', 'timeout', 'brandNew']) {
    await probe(`findOutcome, ${option}`, (value) => api.findOutcome(error, { [option]: value }));
  }
  await probe('findOutcome, an id', (value) => api.findOutcome(error, { knownIds: [value] }));
});

test('missed events', async () => {
  await probe('reconcile', async (value) => api.reconcile(value).next());
  await probe('reconcile, options', async (value) => api.reconcile('2026-01-01', value).next());
  for (const option of ['signal', 'brandNew']) {
    await probe(`reconcile, ${option}`, async (value) =>
      api.reconcile('2026-01-01', { [option]: value }).next(),
    );
  }
});

test('documented methods', async () => {
  for (const [method, given] of Object.entries({
    createCheckoutSession: [{}],
    retrieveCheckoutSession: ['x'],
    listCheckoutSessions: [{}],
    updateCheckoutSession: ['x', {}],
    deleteCheckoutSession: ['x'],
  })) {
    for (let at = 0; at <= given.length; at++) {
      await probe(`${method}, argument ${at}`, (value) =>
        documented[method](...given.slice(0, at), value, ...given.slice(at + 1)),
      );
    }
  }
});

test('methods without their object', async () => {
  const { create, get, list } = api.checkoutSessions;
  const { request, setApiKey, getBaseUrl, findOutcome, reconcile } = api;
  for (const call of [
    () => create({}),
    () => get('x'),
    () => list().then(),
    () => request({ path: '/x' }),
    () => setApiKey('x'),
    () => findOutcome('{}'),
    () => reconcile('2026-01-01'),
    () => getBaseUrl(),
  ]) {
    await assert.rejects(
      async () => call(),
      (error) => error instanceof lomi.ConfigurationError && /without its object/.test(error.message),
    );
  }
});

test('amounts and keys of orders', async () => {
  const { Money, idempotencyKeyForOrder } = lomi;
  await probe('Money, amount', (value) => new Money(value, 'XOF'));
  await probe('Money, currency', (value) => new Money(1, value));
  await probe('fromMajor, text', (value) => Money.fromMajor(value, 'XOF'));
  await probe('fromMajor, currency', (value) => Money.fromMajor('1', value));
  await probe('equals', (value) => assert.equal(new Money(1, 'XOF').equals(value), false));
  await probe('idempotencyKeyForOrder', (value) => idempotencyKeyForOrder(value));
  await probe('idempotencyKeyForOrder, attempt', (value) => idempotencyKeyForOrder('1', value));
  for (const order of ['a\ud83d', 'a\ud83e', '\udc00', new String('a\ud83d')]) {
    assert.throws(() => idempotencyKeyForOrder(order), /^ValidationError: the order has a lone surrogate/);
  }
  const long = `${'x'.repeat(1e5)} and the end`;
  assert.throws(
    () => Money.fromMajor(long, 'XOF'),
    /^ValidationError: "x+ \.\.\. x+ and the end" is not an amount/,
  );
  assert.throws(() => new Money(1, ['XOF']), lomi.ValidationError, 'a list is no currency');
});

test('webhooks', async () => {
  const { constructEvent, sign, refusal, ReplayGuard, RedisStore, DatabaseStore } = lomi.webhooks;
  const secret = 'whsec_1';
  const payload = '{"id":"1","event":"PAYMENT_SUCCEEDED"}';
  const signature = sign(payload, secret);
  const genuine = constructEvent(payload, signature, secret);
  await probe('constructEvent, payload', (value) => constructEvent(value, signature, secret));
  await probe('constructEvent, signature', (value) => constructEvent(payload, value, secret));
  await probe('constructEvent, secret', (value) => constructEvent(payload, signature, value));
  await probe('constructEvent, secrets', (value) => constructEvent(payload, signature, [value]));
  await probe('constructEvent, options', (value) => constructEvent(payload, signature, secret, value));
  for (const option of ['maxAge', 'receivedAt', 'brandNew']) {
    await probe(option, (value) => constructEvent(payload, signature, secret, { [option]: value }));
  }
  await probe('sign, payload', (value) => sign(value, secret));
  await probe('sign, secret', (value) => sign(payload, value));
  await probe('sign, secrets', (value) => sign(payload, [value]));
  await probe('refusal', (value) => refusal(value));
  await probe('refusal, kind', (kind) => refusal({ kind, code: kind }));
  await probe('ReplayGuard', (value) => new ReplayGuard(value));
  for (const option of ['store', 'size', 'ttl']) {
    await probe(`ReplayGuard, ${option}`, (value) => new ReplayGuard({ [option]: value }));
  }
  for (const id of ['a\ud83d', 'a\ud83e']) {
    assert.throws(() => ReplayGuard.key({ id, event: 'x' }), /^ValidationError: id has a lone surrogate/);
  }
  assert.ok(ReplayGuard.key({ id: 'a\\ud83d \u{1f600}', event: 'x' }));
  const guard = new ReplayGuard();
  await probe('key', (value) => ReplayGuard.key(value));
  await probe('firstTime', (value) => guard.firstTime(value));
  await probe('forget', (value) => guard.forget(value));
  await probe('once', (value) => guard.once(value, () => {}));
  await probe('once, handler', async (value) => {
    await guard.forget(genuine);
    if (typeof value !== 'function') await guard.once(genuine, value);
  });
  await probe('the return value of a store', async (value) => {
    // An error of the caller's thenable passes through.
    if (typeof value !== 'object') await new ReplayGuard({ store: () => value }).firstTime(genuine);
  });
  await probe('RedisStore', (value) => new RedisStore(value));
  await probe('RedisStore, options', (value) => new RedisStore({ setNX() {} }, value));
  await probe('DatabaseStore', (value) => new DatabaseStore(value, { dialect: 'sqlite' }));
  await probe('DatabaseStore, options', (value) => new DatabaseStore(() => 1, value));
  for (const option of ['dialect', 'table']) {
    const options = { dialect: 'sqlite' };
    await probe(option, (value) => new DatabaseStore(() => 1, { ...options, [option]: value }));
  }
});

test('the inbox', async () => {
  const { Inbox, inboxStores } = lomi;
  await probe('Inbox', (value) => new Inbox(value));
  const genuine = { id: '1', event: 'PAYMENT_SUCCEEDED' };
  const methods = { createTable() {}, loadCursor() {}, storeCursor() {}, deleteOld: () => 0 };
  const inbox = new Inbox({ ...methods, handle: async () => true });
  await probe('handle', (value) => inbox.handle(value, () => {}));
  await probe('handle, name', (event) => inbox.handle({ ...genuine, event }, () => {}));
  await probe('handle, handler', (value) => inbox.handle(genuine, value));
  await probe('reconcile, client', (value) => inbox.reconcile(value, () => {}, { since: '2026-01-01' }));
  await probe('reconcile, handler', (value) => inbox.reconcile(api, value, { since: '2026-01-01' }));
  await probe('reconcile, options', (value) => inbox.reconcile(api, () => {}, value));
  for (const option of ['since', 'signal', 'brandNew']) {
    const options = { since: '2026-01-01' };
    await probe(`reconcile, ${option}`, (value) =>
      inbox.reconcile(api, () => {}, { ...options, [option]: value }),
    );
  }
  await probe('deleteOld', (value) => inbox.deleteOld(value));
  await probe('deleteOld, days', (days) => inbox.deleteOld({ days }));
  const given = {
    PostgresStore: [{ connect() {}, query() {} }, ['table']],
    MySqlStore: [{ getConnection() {} }, ['table']],
    SqliteStore: [() => {}, ['table', 'waitSeconds']],
    PrismaStore: [
      { $transaction() {}, $executeRawUnsafe() {}, $queryRawUnsafe() {} },
      ['dialect', 'table', 'transaction'],
    ],
    RedisStore: [{ setNX() {}, get() {}, set() {} }, ['prefix', 'leaseSeconds', 'waitSeconds', 'keepDays']],
  };
  for (const [store, [client, options]] of Object.entries(given)) {
    const Store = inboxStores[store];
    const dialect = store === 'PrismaStore' ? { dialect: 'sqlite' } : {};
    await probe(store, (value) => new Store(value, dialect));
    await probe(`${store}, options`, (value) => new Store(client, value));
    for (const option of options) {
      await probe(`${store}, ${option}`, (value) => new Store(client, { ...dialect, [option]: value }));
    }
    if (store === 'RedisStore') continue;
    const returning = (value) => Object.fromEntries(Object.keys(client).map((name) => [name, () => value]));
    if (store !== 'PrismaStore') {
      await probe(`${store}, what its driver returns`, async (value) => {
        if (typeof value === 'object') return; // an error of the driver's own passes through
        await new Store(store === 'SqliteStore' ? () => value : returning(value)).loadCursor();
      });
    }
  }
});

test('no message holds a key or a secret', () => {
  const word = 'hidden0word';
  const { Money, idempotencyKeyForOrder, webhooks } = lomi;
  const { constructEvent, sign, ReplayGuard } = webhooks;
  const odd = (text) => [
    text, `"${text}"`, `${text} `, `${text}\n`, `${text}\ud83d`, `${text}\0`, `é${text}`, [text, 1], [[text]], { [text]: text }, { secret: text },
    Symbol(text), new String(text), new Error(text), Buffer.from(text), () => text, new Map([[text, text]]),
    { toJSON() { throw new Error(text); } }, { toString() { throw new Error(text); } }, { toString: () => text },
  ]; // prettier-ignore
  const calls = {
    withSecret: [
      (value) => constructEvent('{}', 'sha256=0', value),
      (value) => constructEvent('{}', 'sha256=0', [value]),
      (value) => sign('{}', value),
      (value) => new lomi.LomiClient({ apiKey: value }),
      (value) => new lomi.Configuration({ apiKey: value }),
      (value) => new lomi.LomiClient({ apiKey: KEY }).setApiKey(value),
    ],
    withOther: [
      (value) => constructEvent(value, 'sha256=0', 'whsec_1'),
      (value) => constructEvent('{}', value, 'whsec_1'),
      (value) => new lomi.LomiClient(value),
      (value) => new Money(1, value),
      (value) => Money.fromMajor(value, 'XOF'),
      (value) => Money.fromMajor('1', value),
      (value) => idempotencyKeyForOrder(value),
      (value) => idempotencyKeyForOrder('1', value),
      (value) => ReplayGuard.key(value),
      (value) => new ReplayGuard({ store: value }),
      (value) => new lomi.LomiClient({ apiKey: KEY, baseUrl: value }),
    ],
  };
  const everywhere = [`lomi_sk_test_${word}`, `whsec_${word}`, `${'x'.repeat(80)}lomi_sk_live_${word}`];
  for (const [text, probes] of [
    [word, calls.withSecret],
    ...everywhere.map((text) => [text, [...calls.withSecret, ...calls.withOther]]),
  ]) {
    for (const value of odd(text)) {
      for (const call of probes) {
        try {
          call(value);
        } catch (error) {
          assert.ok(error instanceof lomi.LomiError, `${call} with ${name(value)}: ${error.stack}`);
          assert.ok(!error.message.includes(word), `${call} with ${name(value)}: ${error.message}`);
        }
      }
    }
  }
});

test('errors and models', async () => {
  assert.equal(new lomi.LomiError('x', null).outcome, 'not_sent');
  const session = await api.checkoutSessions.get('x');
  for (const value of ODD.filter((value) => typeof value !== 'object' || value === null))
    session.original(value);
});

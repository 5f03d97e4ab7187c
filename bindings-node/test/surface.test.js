'use strict';

// Every argument of every public function, given values of every wrong kind: an error of this
// package with words of its own, or a result; never a TypeError from inside.

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

/** Words of the layers below, which say nothing to the caller. */
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
    }
  }
}

const SETTINGS =
  'apiKey environment baseUrl headers timeout attemptTimeout connectTimeout idleTimeout maxRetries routes userAgent caFiles proxy logger';
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
  for (const setting of ['apiKey', 'apiKeyPrefix', 'basePath', 'headers', 'timeout']) {
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
  for (const part of ['method', 'path', 'query', 'body', ...OPTIONS.split(' ')]) {
    await probe(`request, ${part}`, (value) => api.request({ path: '/x', [part]: value }));
  }
});

test('methods without their object', async () => {
  const { create, get, list } = api.checkoutSessions;
  const { request, setApiKey, getBaseUrl } = api;
  for (const call of [
    () => create({}),
    () => get('x'),
    () => list().then(),
    () => request({ path: '/x' }),
    () => setApiKey('x'),
    () => getBaseUrl(),
  ]) {
    await assert.rejects(
      async () => call(),
      (error) => error instanceof lomi.ConfigurationError && /without its object/.test(error.message),
    );
  }
});

test('errors and models', async () => {
  assert.equal(new lomi.LomiError('x', null).outcome, 'not_sent');
  const session = await api.checkoutSessions.get('x');
  for (const value of ODD.filter((value) => typeof value !== 'object' || value === null))
    session.original(value);
});

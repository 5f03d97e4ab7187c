'use strict';

// Values that JSON.stringify writes as {} or null: each is refused with its type and the path of
// its field, or converted without loss. The same for strings that are not valid Unicode.

const assert = require('node:assert/strict');
const { before, test } = require('node:test');
const vm = require('node:vm');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

let echo;
let api;
before(async () => {
  echo = await server((_, response) => json(response, 200, SESSION));
  api = new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: echo.url, routes: 'current' });
});

const foreign = (source) => vm.runInNewContext(source, { URLSearchParams });
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
function form() {
  const data = new FormData();
  data.set('order', '77');
  return data;
}
class Hidden {
  #order = 77;
  get order() {
    return this.#order;
  }
}

/** Refused values, with the error message after the path. */
const REFUSED = {
  Map: [() => new Map([['order', 77]]), 'is a Map; give a plain object'],
  Set: [() => new Set([77]), 'is a Set; give a list'],
  WeakMap: [() => new WeakMap(), 'is a WeakMap'],
  URLSearchParams: [() => new URLSearchParams('order=77'), 'is a URLSearchParams; give a plain object'],
  FormData: [form, 'is a FormData; give a plain object'],
  Headers: [() => new Headers({ order: '77' }), 'is a Headers; give a plain object'],
  'Map of another realm': [() => foreign('new Map([["order", 77]])'), 'is a Map'],
  'Set of another realm': [() => foreign('new Set([77])'), 'is a Set'],
  'Promise of another realm': [() => foreign('Promise.resolve({})'), 'is a Promise; await it first'],
  'Error of another realm': [() => foreign('new TypeError("77")'), 'is an Error'],
  'Map behind a Proxy': [() => new Proxy(new Map([['order', 77]]), {}), 'cannot be read|is a Map'],
  'revoked Proxy': [revoked, 'cannot be read'],
  Promise: [() => Promise.resolve({ order: 77 }), 'is a Promise; await it first'],
  'list that was not awaited': [() => api.checkoutSessions.list(), 'is a Promise; await it first'],
  thenable: [() => Object.create({ then() {} }), 'is an Object; await it first'],
  generator: [() => (function* () {})(), 'is an? Generator'],
  iterator: [() => [77][Symbol.iterator](), 'is an Array Iterator'],
  'async generator': [() => (async function* () {})(), 'is an AsyncGenerator'],
  Buffer: [() => Buffer.from('77'), 'is a Buffer; give its bytes as a string'],
  Uint8Array: [() => new Uint8Array([77]), 'is a Uint8Array; give its bytes as a string'],
  DataView: [() => new DataView(new ArrayBuffer(2)), 'is a DataView; give its bytes as a string'],
  ArrayBuffer: [() => new ArrayBuffer(2), 'is an ArrayBuffer; give its bytes as a string'],
  SharedArrayBuffer: [() => new SharedArrayBuffer(2), 'is a SharedArrayBuffer'],
  Blob: [() => new Blob(['77']), 'is a Blob'],
  Request: [() => new Request('http://127.0.0.1/'), 'is a Request'],
  Error: [() => Object.assign(new Error('77'), { code: 7 }), 'is an Error'],
  RegExp: [() => /77/, 'is a RegExp'],
  'object without fields of its own': [() => new Hidden(), 'is a Hidden'],
  'inherited fields': [() => Object.create({ order: 77 }), 'is an Object'],
  arguments: [
    (...list) =>
      (function () {
        return arguments;
      })(...list, 77),
    'is an Arguments',
  ],
  Intl: [() => new Intl.NumberFormat(), 'is an Intl.NumberFormat'],
  function: [() => () => 77, 'is a function, which cannot be sent'],
  class: [() => Hidden, 'is a function, which cannot be sent'],
  symbol: [() => Symbol('77'), 'is a symbol, which cannot be sent'],
  'boxed symbol': [() => Object(Symbol('77')), 'is a symbol, which cannot be sent'],
  NaN: [() => NaN, 'is not a finite number'],
  Infinity: [() => -Infinity, 'is not a finite number'],
  'boxed NaN': [() => new Number(NaN), 'is not a finite number'],
  'invalid date': [() => new Date(NaN), 'is an invalid date'],
  'invalid date of another realm': [() => foreign('new Date(NaN)'), 'is an invalid date'],
  'toJSON of nothing': [
    () => ({ toJSON: () => undefined }),
    'is an Object whose toJSON\\(\\) gives undefined',
  ],
  'toJSON of null': [() => ({ toJSON: () => null }), 'is an Object whose toJSON\\(\\) gives null'],
  'toJSON of a Map': [() => ({ toJSON: () => new Map() }), 'is a Map'],
  'toJSON that throws': [
    () => ({
      toJSON() {
        throw new Error('mine');
      },
    }),
    'cannot be read: mine',
  ],
  'getter that throws': [
    () => ({
      get x() {
        throw new Error('mine');
      },
    }),
    'cannot be read: mine',
  ],
  'lone surrogate': [() => 'a\ud83d', 'has a lone surrogate, which is not Unicode text'],
  'lone surrogate of a box': [() => new String('\udc00'), 'has a lone surrogate'],
};

async function refusal(promise) {
  const before = echo.seen.length;
  const error = await promise.then(
    () => assert.fail(`sent as ${echo.seen.at(-1).body || echo.seen.at(-1).url}`),
    (error) => error,
  );
  assert.equal(error.constructor, lomi.ValidationError, error.stack);
  assert.equal(error.outcome, 'not_sent');
  assert.equal(echo.seen.length, before, 'nothing is sent');
  return error.message;
}

for (const [name, [make, says]] of Object.entries(REFUSED)) {
  test(`${name}: refused at every level`, async () => {
    const at = (path) => new RegExp(`^${path.replace(/[[\].]/g, '\\$&')}(\\.x)? (${says})`);
    const { create, list } = {
      create: (body) => api.checkoutSessions.create(body),
      list: (query) => api.checkoutSessions.list(query),
    };
    assert.match(await refusal(create({ amount: 1, metadata: { order: make() } })), at('metadata.order'));
    const path = name.includes('finite') || /NaN|Infinity/.test(name) ? 'line_items' : 'line_items[1].of';
    assert.match(
      await refusal(create({ line_items: [{}, { of: make() }] })),
      new RegExp(`^${path.replace(/[[\].]/g, '\\$&')}`),
    );
    if (typeof make() === 'object' && make() !== null && !/boxed|box$/.test(name)) {
      assert.match(await refusal(create(make())), /^(the body|x) /);
      assert.match(await refusal(list(make()).then()), /^(the query|x) /);
      assert.match(
        await refusal(api.checkoutSessions.get('x', make())),
        /^(the options of a call|there is no option)/,
      );
    }
    await refusal(api.request({ method: 'POST', path: '/x', body: { a: make() } }));
    await refusal(api.request({ path: '/x', query: { a: make() } }));
    await refusal(api.checkoutSessions.get('x', { headers: { 'x-a': make() } }));
    await refusal(api.checkoutSessions.get('x', { headers: [['x-a', make()]] }));
  });
}

test('undefined in a list, and holes', async () => {
  assert.match(await refusal(api.checkoutSessions.create({ a: [1, undefined] })), /^a\[1\] is undefined/);
  assert.match(await refusal(api.checkoutSessions.create({ a: [, 1] })), /^a\[0\] is undefined/); // eslint-disable-line
});

test('a circular value, and one that is nested too deep', async () => {
  const circle = { list: [] };
  circle.list.push({ circle });
  assert.match(
    await refusal(api.checkoutSessions.create({ metadata: circle })),
    /^metadata\.list\[0\]\.circle refers to an object that it is part of/,
  );
  let deep = {};
  for (let at = 0; at < 100_000; at++) deep = { deep };
  assert.match(await refusal(api.checkoutSessions.create({ deep })), /is nested deeper than 200 levels/);
  const twice = { a: 1 };
  assert.equal(await sent({ metadata: { x: twice, y: twice } }), '{"metadata":{"x":{"a":1},"y":{"a":1}}}');
});

/** The body that the server receives. */
async function sent(body) {
  await api.checkoutSessions.create(body);
  return echo.seen.at(-1).body;
}

test('values that are converted without loss', async () => {
  class Order {
    order = 77;
    note = undefined;
  }
  class Decimal {
    toJSON() {
      return '19.99';
    }
  }
  for (const [value, text] of [
    [new Order(), '{"order":77}'],
    [new Decimal(), '"19.99"'],
    [Object.assign(Object.create(null), { order: 77 }), '{"order":77}'],
    [
      foreign('({ order: [77, {}], when: new Date(0) })'),
      '{"order":[77,{}],"when":"1970-01-01T00:00:00.000Z"}',
    ],
    [new Proxy({ order: 77 }, {}), '{"order":77}'],
    [new Proxy([77], {}), '[77]'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new URL('https://shop.test/a?b=c'), '"https://shop.test/a?b=c"'],
    [new Number(5), '5'],
    [new String('five'), '"five"'],
    [new Boolean(false), 'false'],
    [Object(9007199254740993n), '9007199254740993'],
    [9007199254740993n, '9007199254740993'],
    [{}, '{}'],
    [[], '[]'],
    [null, 'null'],
    [{ toJSON: (key) => ({ key }) }, '{"key":"order"}'],
    ['a\ud83d\ude00\\ud83d', '"a😀\\\\ud83d"'],
    [{ '\0n5': '\0n5' }, '{"\\u0000n5":"\\u0000n5"}'],
    [JSON.parse('{"__proto__":{"n":1},"b":"\\u0000"}'), '{"__proto__":{"n":1},"b":"\\u0000"}'],
  ]) {
    assert.equal(await sent({ metadata: { order: value } }), `{"metadata":{"order":${text}}}`);
  }
  // Many programs add toJSON to BigInt.prototype; amounts stay numbers all the same.
  BigInt.prototype.toJSON = function () {
    return this.toString();
  };
  try {
    assert.equal(await sent({ amount: 5000n }), '{"amount":5000}');
  } finally {
    delete BigInt.prototype.toJSON;
  }
  const session = await api.checkoutSessions.get('x');
  assert.equal(await sent({ metadata: { session } }), `{"metadata":{"session":${JSON.stringify(session)}}}`);
});

test('a name that is not valid Unicode, and strings outside of bodies', async () => {
  const half = '\ud83d';
  assert.match(
    await refusal(api.checkoutSessions.create({ metadata: { ok: { [half]: 1 } } })),
    /^metadata\.ok\["\\ud83d"\] is a name with a lone surrogate/,
  );
  const message = /has a lone surrogate, which is not Unicode text$/;
  assert.match(await refusal(api.checkoutSessions.get(half)), message);
  assert.match(await refusal(api.checkoutSessions.list({ status: half }).then()), message);
  assert.match(await refusal(api.checkoutSessions.get('x', { idempotencyKey: half })), message);
  assert.match(await refusal(api.checkoutSessions.get('x', { headers: { 'x-a': half } })), message);
  assert.match(await refusal(api.request({ path: `/${half}` })), message);
  assert.match(await refusal(api.request({ method: half, path: '/' })), message);
  for (const make of [
    () => new lomi.LomiClient(`lomi_sk_test_${half}`),
    () => new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: `https://${half}` }),
    () => api.setApiKey(`lomi_sk_test_${half}`),
  ]) {
    assert.throws(make, (error) => error.name === 'ConfigurationError' && !/lomi_sk/.test(error.message));
  }
});

test('an API key in place of a name is not shown', async () => {
  const key = 'lomi_sk_live_0123456789abcdef';
  const message = await refusal(api.checkoutSessions.create({ metadata: { [key]: new Map() } }));
  assert.ok(!message.includes(key), message);
  await assert.rejects(api.checkoutSessions.get('x', { [key]: 1 }), (error) => !error.message.includes(key));
  assert.throws(
    () => new lomi.LomiClient({ [key]: 1 }),
    (error) => !error.message.includes(key),
  );
});

test('headers in lists keep every value', async () => {
  await api.checkoutSessions
    .get('x', {
      headers: [
        ['x-a', 1],
        ['x-a', '2'],
        ['__proto__', 'p'],
      ],
    })
    .catch(() => {});
  await api.checkoutSessions.get('x', {
    headers: [
      ['x-a', 1],
      ['x-a', '2'],
    ],
  });
  assert.equal(echo.seen.at(-1).headers['x-a'], '1, 2');
  for (const headers of [['x-a', '1'], [['x-a']], [[1, 2]], new Set(['ab']), 'x-a: 1', 5, [null]]) {
    assert.match(await refusal(api.checkoutSessions.get('x', { headers })), /^headers /);
  }
});

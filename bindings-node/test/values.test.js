'use strict';

// Values arrive as they were sent: every digit of a number, every character of a string.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { inspect } = require('node:util');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

/** A client of a server that responds with this body. */
async function clientOf(body) {
  const { url } = await server((_, response) => json(response, 200, body));
  return new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl: url });
}

const session = async (fields) => {
  const text =
    typeof fields === 'string' ? `{"checkout_session_id":"cs_1",${fields}}` : { ...SESSION, ...fields };
  return (await clientOf(text)).checkoutSessions.get('cs_1');
};

test('integers beyond 2^53 arrive exactly, as bigint', async () => {
  for (const digits of [
    '9007199254740993',
    '-9007199254740993',
    '18446744073709551616',
    '9223372036854775808',
  ]) {
    const one = await session(`"amount":${digits},"metadata":{"a":[1,${digits}]}`);
    assert.equal(one.amount, BigInt(digits));
    assert.deepEqual(one.metadata.a, [1, BigInt(digits)]);
    assert.equal(JSON.stringify(one.metadata.a.map(String)), `["1","${digits}"]`);
    assert.ok(JSON.stringify(one).includes(`"amount":"${digits}"`), 'JSON has no bigint; it is text there');
  }
  const exact = await session('"amount":9007199254740992,"quantity":-9007199254740992');
  assert.equal(exact.amount, 2 ** 53);
  assert.equal(exact.quantity, -(2 ** 53));
});

test('bigints in rows of a list, and in responses without a schema', async () => {
  const text =
    '[{"checkout_session_id":"a","amount":1},{"checkout_session_id":"b","amount":9007199254740993}]';
  const client = await clientOf(text);
  const page = await client.checkoutSessions.list();
  assert.deepEqual(
    page.data.map((row) => row.amount),
    [1, 9007199254740993n],
  );
  const raw = await client.request({ path: '/anything' });
  assert.equal(raw[1].amount, 9007199254740993n);
  assert.equal(await (await clientOf('9007199254740993')).request({ path: '/n' }), 9007199254740993n);
});

test('other numbers', async () => {
  const one = await session('"amount":10000.0,"metadata":{"a":1e400,"b":-0,"c":0.1,"d":1e4,"e":-1.5}');
  assert.equal(one.amount, 10000);
  // No JavaScript number is so large. It becomes a string, not Infinity.
  assert.equal(one.metadata.a, '1e400');
  assert.ok(Object.is(one.metadata.b, -0));
  assert.deepEqual([one.metadata.c, one.metadata.d, one.metadata.e], [0.1, 10000, -1.5]);
});

test('original() gives a normalized value as it was sent', async () => {
  const one = await session('"status":"complete","amount":"10000","metadata":null,"brand_new":{"x":1}');
  assert.equal(one.status, 'completed');
  assert.equal(one.original('status'), 'complete');
  assert.equal(one.amount, 10000);
  assert.equal(one.original('amount'), '10000');
  assert.deepEqual(one.metadata, {});
  assert.equal(one.original('metadata'), null);
  assert.equal(one.original('checkout_session_id'), 'cs_1');
  assert.deepEqual(one.original('brand_new'), { x: 1 });
  assert.deepEqual(one.brand_new, { x: 1 });
  assert.equal(one.original('toString'), undefined);
  assert.equal(one.original('nothing'), undefined);
});

test('originals of the rows of a list stay with their rows', async () => {
  const rows = Array.from({ length: 100 }, (_, at) => ({
    ...SESSION,
    checkout_session_id: `cs_${at}`,
    status: at % 2 ? 'complete' : 'open',
    metadata: at % 3 ? null : { at },
  }));
  const page = await (await clientOf({ data: rows })).checkoutSessions.list();
  page.data.forEach((row, at) => {
    assert.equal(row.original('status'), rows[at].status);
    assert.deepEqual(row.original('metadata'), rows[at].metadata);
    assert.equal(row.status, at % 2 ? 'completed' : 'open');
  });
});

test('strings of any kind', async () => {
  const text = 'é ü ÿ Ā 漢字 😀 \u2028 \u0000 \u001f "quoted" \\ / \n\t end';
  const one = await session({ title: text, metadata: { [text]: text } });
  assert.equal(one.title, text);
  assert.deepEqual(one.metadata, { [text]: text });
  const lone = await session('"title":"a\\ud83d b"');
  assert.equal(lone.title, 'a\ufffd b');
});

test('fields with special names such as __proto__ are fields like any other', async () => {
  const one = await session('"metadata":{"__proto__":{"polluted":true},"constructor":1,"toString":2}');
  assert.equal({}.polluted, undefined);
  assert.deepEqual(Object.keys(one.metadata), ['__proto__', 'constructor', 'toString']);
  const received = await session('"__proto__":{"polluted":true}');
  assert.ok(received instanceof lomi.CheckoutSession);
  assert.equal(received.polluted, undefined);
});

test('the last value of a repeated key counts', async () => {
  const one = await session('"amount":1,"amount":2,"metadata":{"a":9007199254740993,"a":"text"}');
  assert.equal(one.amount, 2);
  assert.equal(one.metadata.a, 'text');
});

test('both names of the page and of the description have a value', async () => {
  const old = await session({ url: 'https://pay/1', public_description: 'd' });
  assert.equal(old.checkout_url, 'https://pay/1');
  assert.equal(old.description, 'd');
  const current = await session({ checkout_url: 'https://pay/2', description: 'e' });
  assert.equal(current.url, 'https://pay/2');
  assert.equal(current.public_description, 'e');
});

test('lastResponse has the response of a call, and is not enumerable', async () => {
  const one = await session({});
  assert.equal(one.lastResponse.status, 200);
  assert.equal(one.lastResponse.attempts, 1);
  assert.match(one.lastResponse.requestId, /./);
  assert.equal(one.lastResponse.headers['content-type'], 'application/json');
  assert.match(inspect(one.lastResponse), /status: 200/);
  assert.ok(!Object.keys(one).includes('lastResponse'));
  assert.ok(!inspect(one).includes('lastResponse'));
  assert.deepEqual(JSON.parse(JSON.stringify(one)), { ...one });
  assert.deepEqual(structuredClone(one), { ...one });
  assert.deepEqual({ ...one, lastResponse: undefined }, { ...SESSION, lastResponse: undefined });
});

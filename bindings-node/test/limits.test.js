'use strict';

// The limits on a response: each is seen over a socket, in LomiClient and in Configuration.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const zlib = require('node:zlib');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const ways = (url, limits) => {
  const options = { apiKey: 'lomi_sk_test_1', maxRetries: 0, limits };
  const client = new lomi.LomiClient({ ...options, baseUrl: url });
  const documented = new lomi.CheckoutSessionsApi(new lomi.Configuration({ ...options, basePath: url }));
  return [() => client.checkoutSessions.get('cs_1'), () => documented.retrieveCheckoutSession('cs_1')];
};

const session = (metadata) => JSON.stringify({ ...SESSION, metadata });

/** A limit, a higher one, a response between them, and what the error says. */
const CASES = {
  body: [1000, 2000, session({ note: 'x'.repeat(1000) }), /1000 bytes/],
  headers: [1000, 2000, SESSION, /1000 bytes of headers/, { 'x-long': 'x'.repeat(1000) }],
  depth: [4, 5, session({ a: { b: { c: { d: 1 } } } }), /nested/],
  values: [20, 40, session({ all: Array.from({ length: 20 }, (_, at) => at) }), /values/],
};

for (const [name, [limit, higher, body, why, headers]] of Object.entries(CASES)) {
  test(`a response beyond limits.${name}`, async () => {
    const { url } = await server((_, response) => json(response, 200, body, headers));
    for (const get of ways(url, { [name]: limit })) {
      await assert.rejects(get(), (error) => {
        assert.equal(error.constructor, lomi.ResponseTooLargeError);
        assert.match(error.message, why);
        assert.equal(error.attempts, 1);
        return true;
      });
    }
    // The defaults, and a higher limit.
    for (const limits of [undefined, null, {}, { [name]: null }, { [name]: undefined }, { [name]: higher }]) {
      for (const get of ways(url, limits)) assert.equal((await get()).amount, 5000, JSON.stringify(limits));
    }
  });
}

test('a body that decompression makes larger than limits.ratio', async () => {
  const packed = zlib.gzipSync(session({ note: 'x'.repeat(2 << 20) }));
  const { url } = await server((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(packed);
  });
  for (const get of ways(url, { ratio: 10 })) await assert.rejects(get(), lomi.ResponseTooLargeError);
  for (const get of ways(url, { ratio: 100_000 })) assert.equal((await get()).amount, 5000);
});

test('a limit that cannot be used is refused, with what would be right', () => {
  for (const [limits, why] of [
    [{ bodi: 1000 }, /^limits has no "bodi"; did you mean "body"\?$/],
    [{ heathers: '1000' }, /^limits has no "heathers"; did you mean "headers"\?$/],
    [{ body: 0 }, /^limits: body must be above 0$/],
    [{ body: -1 }, /^limits\.body must be a whole number above 0, not -1$/],
    [{ depth: 1.5 }, /^limits\.depth must be a whole number above 0, not 1\.5$/],
    [{ values: Infinity }, /^limits\.values must be a whole number above 0, not Infinity$/],
    [{ ratio: '100' }, /^limits\.ratio must be a whole number above 0, not "100"$/],
    [{ depth: 513 }, /^limits: depth must be at most 512$/],
    [5, /^limits must be an object such as \{ body: 1000000 \}, not number$/],
    [[1000], /^limits must be an object such as \{ body: 1000000 \}, not array$/],
    [new Map([['body', 1000]]), /^limits is a Map; give a plain object/],
  ]) {
    for (const Type of [lomi.LomiClient, lomi.Configuration]) {
      assert.throws(
        () => new Type({ apiKey: 'lomi_sk_test_1', limits }),
        (error) => {
          assert.equal(error.constructor, lomi.ConfigurationError);
          assert.match(error.message, why);
          return true;
        },
      );
    }
  }
  new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', limits: { body: 1000n, depth: 512 } });
});

test('the highest limit of depth overflows no stack', async () => {
  let levels;
  const { url } = await server((_, response) => {
    const deep = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    json(response, 200, `{"checkout_session_id":"cs_1","metadata":${deep}}`);
  });
  for (const get of ways(url, { depth: 512 })) {
    levels = 511;
    let { metadata } = await get();
    for (; typeof metadata === 'object'; levels--) metadata = metadata.a;
    assert.equal(levels, 0);
    // With the object around it, one more than the 512 levels that the core reads at most.
    for (levels of [512, 100_000]) await assert.rejects(get(), lomi.ResponseTooLargeError);
  }
});

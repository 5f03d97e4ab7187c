'use strict';

// Every operation of every resource, once through its documented class and once through
// LomiClient: the request that a server receives, and the result for its response.

const assert = require('node:assert/strict');
const { describe, test } = require('node:test');

const lomi = require('..');
const { json, server } = require('./helpers/server.js');
const {
  className,
  isStrict,
  marker,
  operations,
  requestBody,
  responseObject,
  sample,
} = require('./helpers/spec.js');
const documented = require('./data/operations.json');

const KEY = 'lomi_sk_test_1';
const ID = 'id/1 é?';
const TOTAL = 7;

/** A client whose requests have one route style. */
const modern = (style) => ({
  style,
  prefix: '',
  method(operation, url, options) {
    const client = new lomi.LomiClient({ apiKey: KEY, baseUrl: url, routes: style, ...options });
    const resource = client[operation.client];
    return resource[operation.verb].bind(resource);
  },
});

/** The ways to call an operation: how, the route style, the prefix of its path. */
const WAYS = {
  documented: {
    style: 'documented',
    prefix: '/v1',
    method(operation, url, options) {
      const configuration = new lomi.Configuration({ apiKey: KEY, basePath: `${url}/v1`, ...options });
      const api = new lomi[operation.class](configuration);
      return api[operation.name].bind(api);
    },
  },
  modern: modern('current'),
  newest: modern('newest'),
  'modern, documented routes': modern('documented'),
};

/** The arguments of an operation, each with a value for all that it takes. */
function argumentsOf(operation, style) {
  const query = Object.fromEntries(operation.query.map((one) => [one.name, sample(one.schema)]));
  const body = operation.body === undefined ? undefined : requestBody(operation, style);
  const given = [
    ...Array(operation.ids).fill(ID),
    ...(body ? [body] : operation.query.length > 0 ? [query] : []),
  ];
  return { given, query, body };
}

/** The response of a server of the documented API. */
function answer(operation, response) {
  if (operation.isAny) return json(response, operation.status, { any: [1, { thing: true }] });
  if (operation.returned === undefined) return response.writeHead(operation.status).end();
  const object = responseObject(operation.returned);
  const pagination = { limit: 2, offset: 0, total: TOTAL };
  return json(response, operation.status, operation.isList ? { data: [object, object], pagination } : object);
}

/** Checks that an object has the class of a schema and the values that the server sent. */
function checkObject(found, schema) {
  const sent = responseObject(schema);
  assert.equal(found.constructor, lomi[className(schema)]);
  assert.deepEqual(Object.fromEntries(Object.keys(sent).map((name) => [name, plain(found[name])])), sent);
}

/** A value without its classes, for deepEqual. */
const plain = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

for (const [name, { style, prefix, method }] of Object.entries(WAYS)) {
  describe(name, () => {
    const has = (operation) => operation.routes[style] && (name !== 'documented' || operation.documented);
    for (const operation of operations.filter((one) => has(one) && (one.class || name !== 'documented'))) {
      test(operation.id, async () => {
        const { url, seen } = await server((_, response) => answer(operation, response));
        const { given, query, body } = argumentsOf(operation, style);
        const result = await method(operation, url)(...given);

        assert.equal(seen.length, 1);
        const [request] = seen;
        const { pathname, searchParams } = new URL(request.url, url);
        const path = operation.routes[style].replace(/\{\w+\}/g, encodeURIComponent(ID));
        assert.equal(`${request.method} ${pathname}`, `${operation.method} ${prefix}${path}`);
        assert.deepEqual(
          Object.fromEntries(searchParams),
          Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
        );
        assert.deepEqual(request.body === '' ? undefined : JSON.parse(request.body), body);
        assert.equal(request.headers['x-api-key'], KEY);

        if (operation.isAny) {
          assert.deepEqual(plain(result), { any: [1, { thing: true }] });
        } else if (operation.returned === undefined) {
          assert.equal(result, undefined);
        } else if (operation.isList) {
          assert.equal(result.data.length, 2);
          assert.deepEqual(result.pagination, { limit: 2, offset: 0, total: TOTAL });
          for (const item of result.data) checkObject(item, operation.returned);
        } else {
          checkObject(result, operation.returned);
        }
      });
    }
  });
}

test('after 503 an operation is repeated only if a repeat has no second effect', async () => {
  await Promise.all(
    operations.map(async (operation) => {
      const { url, seen } = await server((_, response) => {
        if (seen.length === 1) json(response, 503, {});
        else answer(operation, response);
      });
      const call = WAYS[operation.routes.newest ? 'newest' : 'modern, documented routes'].method(
        operation,
        url,
        {
          maxRetries: 1,
        },
      );
      const { given, body } = argumentsOf(operation, 'current');
      // With them, the call is one that may be repeated.
      delete body?.confirmation_token;
      delete body?.[operation.naturalKey];
      const failed = await call(...given).then(
        () => undefined,
        (error) => error,
      );
      assert.equal(seen.length, operation.replaySafe ? 2 : 1, operation.id);
      const keys = new Set(seen.map(({ headers }) => headers['idempotency-key']));
      assert.equal(keys.size, 1, operation.id);
      if (operation.replaySafe) assert.equal(failed, undefined, operation.id);
      else assert.ok(failed instanceof lomi.OutcomeUnknownError, operation.id);
    }),
  );
});

test('an object in place of another one: only where the documentation has one', async () => {
  const creates = operations.filter((one) => one.verb === 'create' && one.returned && one.routes.newest);
  for (const operation of creates.filter((one) => !one.isAny && isStrict(one.returned))) {
    const [other] = operation.alternatives;
    const answers = [{ [marker(other) ?? 'payment_required']: true }, responseObject(operation.returned)];
    const { url } = await server((_, response) => json(response, 201, answers.shift()));
    const create = WAYS.newest.method(operation, url, { maxRetries: 0 });
    const ids = Array(operation.ids).fill(ID);
    const first = await create(...ids, requestBody(operation, 'current')).catch((error) => error);
    const expected = other === undefined ? lomi.UnexpectedResponseError : lomi[className(other)];
    assert.equal(first.constructor, expected, operation.id);
    const second = await create(...ids, requestBody(operation, 'current'));
    assert.equal('session' in second, other === 'PaymentRequired', operation.id);
  }
});

test('every operation of every generation is here', (t) => {
  const counts = {};
  for (const { generations } of operations) {
    for (const [generation, count] of Object.entries(generations)) {
      counts[generation] = (counts[generation] ?? 0) + count;
    }
  }
  counts.C = operations.filter((one) => one.documented).length;
  t.diagnostic(`operations by generation: ${JSON.stringify(counts)}`);
  assert.deepEqual(counts, { A: 42, B: 52, C: 84, D: 93, E: 157 });
});

describe('the documented clients', () => {
  const methods = (prototype) => Object.getOwnPropertyNames(prototype).filter((n) => n !== 'constructor');

  test('have these classes and methods, and no others', () => {
    const classes = Object.keys(lomi).filter((name) => name.endsWith('Api'));
    assert.deepEqual(classes.sort(), Object.keys(documented).sort());
    for (const [name, { methods: expected }] of Object.entries(documented)) {
      assert.deepEqual(methods(lomi[name].prototype).sort(), Object.keys(expected).sort(), name);
    }
  });

  test('have these operations', () => {
    const expected = Object.entries(documented).flatMap(([name, { client, methods: all }]) =>
      Object.entries(all).map(([key, operation]) => `${name} ${client} ${key} ${operation}`),
    );
    const found = operations
      .filter((one) => one.documented)
      .map((o) => `${o.class} ${o.client} ${o.name} ${o.method} ${o.routes.documented} ${o.status}`);
    assert.equal(expected.length, 84);
    assert.deepEqual(
      found.map((line) => line.replace(/\{\w+\}/, '{}')).sort(),
      expected.map((line) => line.replace(/\{\w+\}/, '{}')).sort(),
    );
  });

  test('are the resources of a client', () => {
    const client = new lomi.LomiClient(KEY);
    const resources = Object.keys(Object.getOwnPropertyDescriptors(lomi.LomiClient.prototype)).filter(
      (name) => typeof client[name] === 'object',
    );
    assert.deepEqual(resources.sort(), [...new Set(operations.map((one) => one.client))].sort());
    for (const { client: name } of Object.values(documented)) {
      const own = operations.filter((one) => one.client === name);
      const verbs = methods(Object.getPrototypeOf(client[name])).filter((verb) => verb !== 'wait');
      assert.equal(verbs.length, own.length, name);
      assert.equal(client[name], client[name], 'a resource is made once');
      assert.equal(new Proxy(client, {})[name], client[name]);
      assert.equal(Object.create(client)[name], client[name]);
    }
    assert.throws(() => lomi.LomiClient.prototype.customers, lomi.ConfigurationError);
  });
});

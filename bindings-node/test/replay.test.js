'use strict';

// Repeated deliveries, and the stores of their keys.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const lomi = require('..');
const { webhooks } = lomi;
const { DatabaseStore, RedisStore, ReplayGuard } = webhooks;

const payment = (id, transaction, status = 'completed') => ({
  id,
  event: 'PAYMENT_SUCCEEDED',
  data: { transaction_id: transaction, status, gross_amount: 9007199254740993n },
});
const renewal = (id) => ({
  id,
  event: 'SUBSCRIPTION_RENEWED',
  data: { subscription_id: 'sub_1', status: 'active' },
});
const misused = (error) => error instanceof lomi.ConfigurationError;
const soon = () => new Promise((resolve) => setImmediate(resolve));

/** The parts of ioredis and of node-redis that the store uses. */
function redis(kind) {
  const keys = new Set();
  const set = async (key, value, options) => {
    await soon();
    if (keys.has(key)) return null;
    assert.ok(options);
    keys.add(key);
    return 'OK';
  };
  const del = async (key) => Number(keys.delete(key));
  if (kind === 'ioredis') {
    return {
      defineCommand() {},
      del,
      set: (key, value, ex, ttl, nx) => set(key, value, ex === 'EX' && ttl > 0 && nx === 'NX'),
    };
  }
  return { setNX() {}, del, set: (key, value, { NX, EX }) => set(key, value, NX && EX > 0) };
}

/** The effect of the store's statements in a database with a unique key. */
function database(dialect) {
  const rows = new Map();
  return async (sql, [first, second, third]) => {
    await soon();
    if (sql.startsWith('CREATE')) return 0;
    if (sql.startsWith('DELETE')) {
      const gone = second === undefined || rows.get(first) <= second;
      return gone && rows.delete(first) ? 1 : 0;
    }
    assert.match(sql, dialect === 'mysql' ? /^INSERT IGNORE/ : /ON CONFLICT/);
    if (rows.has(first) && !(rows.get(first) <= third)) return 0;
    rows.set(first, second);
    return 1;
  };
}

const stores = {
  memory: () => undefined,
  ioredis: () => new RedisStore(redis('ioredis'), { prefix: 'shop:' }),
  'node-redis': () => new RedisStore(redis('node-redis')),
  postgres: () => new DatabaseStore(database('postgres'), { dialect: 'postgres' }),
  sqlite: () => new DatabaseStore(database('sqlite'), { dialect: 'sqlite', table: 'shop.deliveries' }),
  mysql: () => new DatabaseStore(database('mysql'), { dialect: 'mysql' }),
};

for (const [name, store] of Object.entries(stores)) {
  test(`a repeated delivery is recognized: ${name}`, async () => {
    const guard = new ReplayGuard({ store: store() });
    assert.ok(await guard.firstTime(payment('1', 'a')));
    assert.ok(!(await guard.firstTime(payment('1', 'a'))));
    assert.ok(!(await guard.firstTime(payment('2', 'a'))), 'a new id for the same payment');
    assert.ok(!(await guard.firstTime(payment('3', 'a', 'refunded'))), 'refunded since');
    assert.ok(await guard.firstTime(payment('3', 'a', 'failed')));
    assert.ok((await guard.firstTime(renewal('4'))) && (await guard.firstTime(renewal('5'))));
    assert.ok(!(await guard.firstTime(renewal('4'))));
    await guard.forget(renewal('4'));
    const results = await Promise.all(Array.from({ length: 20 }, () => guard.firstTime(renewal('4'))));
    assert.equal(results.filter(Boolean).length, 1, 'of calls at once, one is the first');
  });
}

test('a handler that failed is called again', async () => {
  const guard = new ReplayGuard();
  for (let turn = 0; turn < 2; turn += 1) {
    await assert.rejects(
      guard.once(renewal('1'), async () => {
        throw new Error('the printer burns');
      }),
      /burns/,
    );
  }
  const handled = [];
  assert.ok(await guard.once(renewal('1'), (event) => handled.push(event)));
  assert.ok(!(await guard.once(renewal('1'), (event) => handled.push(event))));
  assert.equal(handled.length, 1);
});

test('memory is bounded', async () => {
  const guard = new ReplayGuard({ size: 3 });
  for (let id = 0; id < 10; id += 1) assert.ok(await guard.firstTime(renewal(String(id))));
  for (const id of [7, 8, 9]) assert.ok(!(await guard.firstTime(renewal(String(id)))));
  assert.ok(await guard.firstTime(renewal('0')));
});

test('the key is the same in every language', () => {
  const expected = 'lomi-webhook-09b717cc626caf8648feae8e12622fb280f31f5f0c58d07e7fba2dc1f0468640';
  assert.equal(ReplayGuard.key({ id: 'evt_1', event: 'X' }), expected);
  const body = '{"id":"evt_1","event":"X","data":{"n":12345678901234567890}}';
  const event = webhooks.constructEvent(body, webhooks.sign(body, 'whsec_a'), 'whsec_a');
  assert.equal(ReplayGuard.key(event), expected);
  for (const nothing of [{ event: 'X' }, null, undefined, 5, []]) {
    assert.throws(() => ReplayGuard.key(nothing), lomi.ValidationError);
  }
});

test('a store that cannot be used is refused', async () => {
  const unknown = { set: async () => 'OK' }; // ignores NX: every delivery would be new
  assert.throws(() => new RedisStore(unknown), misused);
  assert.throws(() => new DatabaseStore(() => 1, { dialect: 'oracle' }), misused);
  assert.throws(() => new DatabaseStore(() => 1, { dialect: 'mysql', table: 'a;--' }), misused);
  assert.throws(() => new ReplayGuard({ store: {} }), misused);
  assert.throws(() => new ReplayGuard({ ttl: 0 }), misused);
  const silent = new DatabaseStore(async () => {}, { dialect: 'mysql' });
  await assert.rejects(new ReplayGuard({ store: silent }).firstTime(renewal('1')), misused);
  await assert.rejects(new ReplayGuard({ store: () => 'OK' }).firstTime(renewal('1')), misused);
  const withoutForget = new ReplayGuard({ store: async () => true });
  assert.ok(await withoutForget.firstTime(renewal('1')));
  await assert.rejects(withoutForget.forget(renewal('1')), misused);
});

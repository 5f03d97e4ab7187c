'use strict';

// What is particular to each store of the inbox: lost connections, ended transactions, leases, wrong arguments.

const assert = require('node:assert/strict');
const { before, describe, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const lomi = require('..');
const { Inbox, inboxStores } = lomi;
const { databases, ending } = require('./helpers/databases.js');
const { KINDS } = require('./inbox/shops.js');

let servers;
before(async () => {
  servers = await databases();
});

let number = 0;

async function open(kind) {
  const shop = ending(await KINDS[kind].open(servers, `store${(number += 1)}`));
  await shop.create();
  return { ...shop, inbox: new Inbox(shop.store) };
}

const event = (id, more) => ({ id, event: 'PAYOUT_FAILED', ...more });
const misused = (pattern) => (error) =>
  error instanceof lomi.ConfigurationError && pattern.test(error.message);
const rolledBack = (error) => error instanceof lomi.InboxRolledBackError && /handler/.test(error.message);

describe('tables', () => {
  for (const kind of ['postgresql', 'mariadb', 'better-sqlite3', 'node:sqlite', 'prisma']) {
    const { skip } = KINDS[kind];

    test(`${kind}: the four columns, and old rows`, { skip }, async () => {
      const { inbox, store, marks, query, table } = await open(kind);
      const before_ = Math.floor(Date.now() / 1000);
      await inbox.handle(event('1'), () => {});
      await inbox.handle(event('2', { source: 'reconcile', event: "d'\u00e9t\u00e9\0" }), () => {});
      await store.storeCursor('{"v":1}');
      const rows = await marks();
      assert.equal(rows.length, 3);
      const [cursor] = rows;
      assert.deepEqual([cursor.event_key, cursor.event_name, cursor.detail], ['cursor', 'cursor', '{"v":1}']);
      const found = Object.fromEntries(rows.slice(1).map((row) => [row.detail, row]));
      assert.equal(found.webhook.event_name, 'PAYOUT_FAILED');
      assert.equal(found.webhook.event_key, lomi.webhooks.ReplayGuard.key(event('1')));
      assert.equal(found.reconcile.event_name, "d'?t??");
      const at = Number(found.webhook.handled_at);
      assert.ok(at >= before_ && at <= Date.now() / 1000);

      assert.equal(await inbox.deleteOld({ days: 1 }), 0);
      await query(`UPDATE ${table} SET handled_at = handled_at - ${2 * 86_400}`);
      assert.equal(await inbox.deleteOld(), 0);
      assert.equal(await inbox.deleteOld({ days: 1 }), 2);
      assert.equal(await store.loadCursor(), '{"v":1}', 'the cursor is never old');
      assert.equal(await inbox.handle(event('1'), () => {}), true);
    });
  }
});

describe('PostgreSQL', () => {
  test('two processes create the table at once', async () => {
    const { pool } = await open('postgresql');
    const stores = Array.from({ length: 5 }, () => new inboxStores.PostgresStore(pool, { table: 'at_once' }));
    await Promise.all(stores.map((store) => store.createTable()));
  });

  test('a client whose connection breaks does not go back to the pool', async () => {
    const { inbox, pool, query, write, payments } = await open('postgresql');
    const lost = inbox.handle(event('1'), async (_, client) => {
      await write(client, 'tx_1', 5);
      await query('SELECT pg_terminate_backend($1)', [client.processID]);
      await sleep(50); // the client says that its connection has ended, while it runs no statement
      await write(client, 'tx_1', 5);
    });
    await assert.rejects(lost, (error) => !(error instanceof lomi.LomiError));
    assert.deepEqual(await payments(), []);
    assert.ok(await inbox.handle(event('1'), (_, client) => write(client, 'tx_1', 5)));
    assert.equal((await payments()).length, 1);
    assert.equal(pool.totalCount, pool.idleCount, 'every client is released');
  });

  test('no client is kept after an error', async () => {
    const { inbox, pool, payments } = await open('postgresql');
    const failing = [
      (_, client) => client.query('SELECT nothing'),
      () => Promise.reject(new Error('burns')),
      () => {
        throw new Error('burns');
      },
    ];
    for (const handler of [...failing, ...failing]) await assert.rejects(inbox.handle(event('1'), handler));
    assert.equal(pool.totalCount, pool.idleCount);
    assert.deepEqual(await payments(), []);
  });

  test('an error that the handler has caught is no commit', async () => {
    const { inbox, write, payments } = await open('postgresql');
    const swallowing = async (_, client) => {
      await write(client, 'tx_1', 5);
      await client.query('SELECT nothing').catch(() => {});
    };
    await assert.rejects(inbox.handle(event('1'), swallowing), (error) => {
      return rolledBack(error) && error.cause.code === '25P02';
    });
    await assert.rejects(
      inbox.handle(event('1'), (_, client) => client.query('ROLLBACK')),
      rolledBack,
    );
    assert.deepEqual(await payments(), []);
    assert.ok(await inbox.handle(event('1'), (_, client) => write(client, 'tx_1', 5)));
  });

  test('through Prisma, too', async () => {
    const { inbox, write, payments } = await open('prisma');
    const swallowing = async (_, transaction) => {
      await write(transaction, 'tx_1', 5);
      await transaction.$queryRawUnsafe('SELECT nothing').catch(() => {});
    };
    await assert.rejects(inbox.handle(event('1'), swallowing), rolledBack);
    assert.deepEqual(await payments(), []);
    assert.ok(await inbox.handle(event('1'), (_, transaction) => write(transaction, 'tx_1', 5)));
  });

  test("Prisma's time for a transaction can be set", async () => {
    const { client, query } = await open('prisma');
    const options = { dialect: 'postgresql', table: 'prisma_inbox', transaction: { timeout: 100 } };
    const inbox = new Inbox(new inboxStores.PrismaStore(client, options));
    await assert.rejects(
      inbox.handle(event('1'), () => sleep(200)),
      rolledBack,
    );
    assert.deepEqual(await query('SELECT * FROM prisma_inbox'), []);
  });
});

describe('MariaDB', () => {
  test('a deadlock that the handler has caught is no commit', async () => {
    const { inbox, write, payments, query, pool } = await open('mariadb');
    await query(`CREATE TABLE locked${number} (id INT PRIMARY KEY) ENGINE=InnoDB`);
    await query(`INSERT INTO locked${number} VALUES (1), (2)`);
    const lock = (connection, id) =>
      connection.query(`SELECT * FROM locked${number} WHERE id = ${id} FOR UPDATE`);
    const other = await pool.getConnection();
    await other.beginTransaction();
    for (let at = 0; at < 50; at += 1) await other.query(`INSERT INTO locked${number} VALUES (${100 + at})`);
    await lock(other, 1);
    let caught;
    const swallowing = async (_, connection) => {
      await write(connection, 'tx_1', 5);
      await lock(connection, 2);
      const blocked = lock(other, 2);
      await sleep(50);
      // The smaller transaction is the one that MariaDB ends.
      await lock(connection, 1).catch((error) => (caught = error));
      await blocked;
    };
    await assert.rejects(inbox.handle(event('1'), swallowing), rolledBack);
    assert.equal(caught?.code, 'ER_LOCK_DEADLOCK');
    await other.rollback();
    other.release();
    assert.deepEqual(await payments(), []);
    assert.ok(await inbox.handle(event('1'), (_, connection) => write(connection, 'tx_1', 5)));
  });

  test('a connection that breaks does not go back to the pool', async () => {
    const { inbox, query, write, payments } = await open('mariadb');
    const lost = inbox.handle(event('1'), async (_, connection) => {
      await write(connection, 'tx_1', 5);
      await query(`KILL ${connection.threadId}`);
      await write(connection, 'tx_1', 5);
    });
    await assert.rejects(lost, (error) => !(error instanceof lomi.LomiError));
    for (let turn = 0; turn < 6; turn += 1) {
      await inbox.handle(event('1'), (_, connection) => write(connection, 'tx_1', 5));
    }
    assert.equal((await payments()).length, 1);
  });

  test('the pool must be one of mysql2/promise', () => {
    const pool = require('mysql2').createPool(servers.mariadb);
    assert.throws(() => new inboxStores.MySqlStore(pool), misused(/mysql2\/promise/));
    assert.ok(new inboxStores.MySqlStore(pool.promise()));
    pool.end();
  });
});

for (const kind of ['better-sqlite3', 'node:sqlite']) {
  describe(kind, { skip: KINDS[kind].skip }, () => {
    test('another process that locks the file does not block the event loop', async () => {
      const { inbox, query, file } = await open(kind);
      const database = KINDS[kind].connect(file);
      database.exec('BEGIN IMMEDIATE');
      const handled = inbox.handle(event('1'), () => {});
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 5);
      await sleep(200);
      clearInterval(timer);
      database.exec('COMMIT');
      database.close();
      assert.equal(await handled, true);
      assert.ok(turns > 10, `${turns} turns of the event loop`);
      assert.equal((await query('SELECT 1')).length, 1);
    });

    test('waiting ends', async () => {
      const { file } = await open(kind);
      const options = { table: `store${number}_inbox`, waitSeconds: 0.1 };
      const inbox = new Inbox(new inboxStores.SqliteStore(() => KINDS[kind].connect(file), options));
      const nested = inbox.handle(event('1'), () => inbox.handle(event('2'), () => {}));
      await assert.rejects(nested, lomi.InboxBusyError);
      const database = KINDS[kind].connect(file);
      database.exec('BEGIN IMMEDIATE');
      await assert.rejects(
        inbox.handle(event('1'), () => {}),
        /locked/,
      );
      database.exec('ROLLBACK');
      database.close();
      assert.equal(await inbox.handle(event('1'), () => {}), true);
    });

    test('one connection for all events is refused', async () => {
      const { file } = await open(kind);
      const database = KINDS[kind].connect(file);
      const options = { table: `store${number}_inbox` };
      const inbox = new Inbox(new inboxStores.SqliteStore(() => database, options));
      assert.equal(await inbox.handle(event('1'), () => {}), true);
      await assert.rejects(
        inbox.handle(event('2'), () => {}),
        misused(/the same connection twice/),
      );
    });
  });
}

for (const kind of ['node-redis', 'ioredis']) {
  describe(kind, () => {
    test('a lease that ends while the handler works', async () => {
      const { inbox, write, payments } = await open(kind);
      const first = inbox.handle(event('1'), async (_, transaction) => {
        await write(transaction, 'slow', 5);
        await sleep(600);
      });
      const second = inbox.handle(event('1'), (_, transaction) => write(transaction, 'fast', 5));
      await assert.rejects(first, lomi.InboxLeaseLostError);
      assert.equal(await second, true);
      assert.deepEqual(await payments(), [{ id: 'fast', amount: 5 }]);
    });

    test('another process that works for too long', async () => {
      const { inbox, client } = await open(kind);
      const options = { prefix: `store${number}:`, waitSeconds: 0.1 };
      const patient = new Inbox(new inboxStores.RedisStore(client, options));
      const working = inbox.handle(event('1'), () => sleep(200));
      await sleep(20);
      const started = Date.now();
      await assert.rejects(patient.handle(event('1'), assert.fail), lomi.InboxBusyError);
      assert.ok(Date.now() - started < 1000);
      assert.equal(await working, true);
    });

    test('a script that a driver repeats runs once', async () => {
      const { client, run } = await open(kind);
      let repeated = 0;
      const repeating = new Proxy(client, {
        get(target, name) {
          const value = target[name];
          if (name !== 'eval') return typeof value === 'function' ? value.bind(target) : value;
          return async (...given) => {
            repeated += 1;
            await target.eval(...given);
            return target.eval(...given);
          };
        },
      });
      const inbox = new Inbox(new inboxStores.RedisStore(repeating, { prefix: `store${number}:` }));
      const add = (_, transaction) => transaction.queue('INCRBY', `store${number}:balance`, 7);
      assert.equal(await inbox.handle(event('1'), add), true);
      assert.equal(await inbox.handle(event('1'), add), false);
      assert.equal(await run('GET', 'balance'), '7');
      assert.ok(repeated > 2);
    });

    test('what can be queued', async () => {
      const { inbox, run } = await open(kind);
      const key = `store${number}:values`;
      const values = ['', 'é\0\u{1f600}', '0', 0, -1, 0.1, Number.MAX_SAFE_INTEGER, 9007199254740993n];
      let late;
      await inbox.handle(event('1'), (_, transaction) => {
        transaction.queue('RPUSH', key, ...values).queue('SET', `${key}2`, 'x');
        for (const value of [
          NaN,
          1e300,
          2 ** 53,
          null,
          undefined,
          true,
          {},
          [],
          Buffer.from('a'),
          'a\ud83d',
        ]) {
          assert.throws(() => transaction.queue('SET', key, value), lomi.ValidationError);
        }
        assert.throws(() => transaction.queue(5), lomi.ValidationError);
        assert.throws(() => transaction.queue('RPUSH', ...Array(8000).fill(1)), lomi.ValidationError);
        late = transaction;
      });
      assert.deepEqual(await run('LRANGE', 'values', '0', '-1'), values.map(String));
      assert.throws(() => late.queue('SET', key, 'x'), misused(/after the handler had ended/));
    });

    test('a command that Redis refuses', async () => {
      const { inbox, write, payments } = await open(kind);
      await assert.rejects(
        inbox.handle(event('1'), (_, transaction) => transaction.queue('NOSUCH', 'x')),
        (error) => !(error instanceof lomi.LomiError) && /[Uu]nknown/.test(error.message),
      );
      const started = Date.now();
      assert.equal(await inbox.handle(event('1'), (_, transaction) => write(transaction, 'tx_1', 5)), true);
      assert.ok(Date.now() - started < 200, 'the claim was given back');
      assert.equal((await payments()).length, 1);
    });

    test('marks end by themselves', async () => {
      const { inbox, client, run } = await open(kind);
      await inbox.handle(event('1'), () => {});
      const left = await run('TTL', lomi.webhooks.ReplayGuard.key(event('1')));
      assert.ok(left > 89 * 86_400 && left <= 90 * 86_400);
      assert.equal(await inbox.deleteOld(), 0);
      const kept = new inboxStores.RedisStore(client, { prefix: `store${number}:`, keepDays: 1 });
      await new Inbox(kept).handle(event('2'), () => {});
      assert.ok((await run('TTL', lomi.webhooks.ReplayGuard.key(event('2')))) <= 86_400);
    });
  });
}

test('what cannot be used is refused', async () => {
  const { PostgresStore, PrismaStore, RedisStore, SqliteStore } = inboxStores;
  const { Redis } = require('ioredis');
  const client = new Redis({ keyPrefix: 'shop:', lazyConnect: true });
  assert.throws(() => new RedisStore(client), misused(/without keyPrefix/));
  assert.throws(() => new RedisStore({ set() {} }), misused(/ioredis or of node-redis/));
  assert.throws(() => new PostgresStore({}), misused(/a Pool of node-postgres/));
  assert.throws(
    () => new PostgresStore({ connect() {}, query() {} }, { table: 'a;--' }),
    misused(/plain name/),
  );
  assert.throws(
    () => new PostgresStore({ connect() {}, query() {} }, { tables: 'a' }),
    misused(/did you mean table/),
  );
  await assert.rejects(new PostgresStore({ connect() {}, query() {} }).loadCursor(), misused(/a Pool/));
  assert.throws(() => new SqliteStore('shop.db'), misused(/a function that opens/));
  assert.throws(() => new SqliteStore(() => {}, { waitSeconds: 0 }), misused(/waitSeconds/));
  await assert.rejects(new SqliteStore(() => {}).loadCursor(), misused(/a function that opens/));
  assert.throws(() => new PrismaStore({}, { dialect: 'sqlite' }), misused(/PrismaClient/));
  assert.throws(() => new Inbox({}), misused(/inboxStores/));

  const { store } = await open('postgresql');
  const inbox = new Inbox(store);
  await assert.rejects(inbox.handle(event('1')), misused(/must be a function/));
  await assert.rejects(
    inbox.handle({}, () => {}),
    lomi.ValidationError,
  );
  await assert.rejects(
    inbox.reconcile({}, () => {}),
    misused(/needs a client/),
  );
  await assert.rejects(inbox.deleteOld({ days: 0 }), lomi.ValidationError);
  const silent = new Inbox(
    new Proxy(store, { get: (target, name) => (name === 'handle' ? async () => {} : target[name]) }),
  );
  await assert.rejects(
    silent.handle(event('1'), () => {}),
    misused(/must return true or false/),
  );
});

'use strict';

// A shop for each store of the inbox: what its handler writes, and what has been written. Used by the tests and
// by the program that they kill.

const path = require('node:path');

const { inboxStores } = require('../..');
const { prismaClient } = require('./prisma.js');

/** The payments of a shop have no unique key, so that one written twice is there twice. */
const TABLES = (name) => [
  `CREATE TABLE ${name}_payments (id VARCHAR(80), amount BIGINT)`,
  `CREATE TABLE ${name}_balance (amount BIGINT)`,
  `INSERT INTO ${name}_balance VALUES (0)`,
];
const INSERT = (name, id, amount) => `INSERT INTO ${name}_payments VALUES (${id}, ${amount})`;
const ADD = (name, amount) => `UPDATE ${name}_balance SET amount = amount + ${amount}`;

/** A shop over SQL. `query(sql, values)` runs a statement outside of a transaction and resolves to its rows. */
function overSql(name, store, query, write, end) {
  return {
    store,
    async create() {
      await store.createTable();
      for (const sql of TABLES(name)) await query(sql);
    },
    write,
    async payments() {
      const rows = await query(`SELECT id, amount FROM ${name}_payments`);
      return rows.map(({ id, amount }) => ({ id, amount: Number(amount) }));
    },
    balance: async () => Number((await query(`SELECT amount FROM ${name}_balance`))[0].amount),
    table: `${name}_inbox`,
    marks: () => query(`SELECT * FROM ${name}_inbox ORDER BY event_key`),
    query,
    end,
  };
}

function postgresql(servers, name) {
  const { Pool } = require('pg');
  const pool = new Pool({ ...servers.postgresql, max: 5 });
  const store = new inboxStores.PostgresStore(pool, { table: `${name}_inbox` });
  const query = async (sql, values) => (await pool.query(sql, values)).rows;
  const write = async (client, id, amount) => {
    await client.query(INSERT(name, '$1', '$2'), [id, amount]);
    await client.query(ADD(name, '$1'), [amount]);
  };
  return { ...overSql(name, store, query, write, () => pool.end()), pool };
}

function mariadb(servers, name) {
  const { createPool } = require('mysql2/promise');
  const pool = createPool({ ...servers.mariadb, connectionLimit: 5 });
  const store = new inboxStores.MySqlStore(pool, { table: `${name}_inbox` });
  const query = async (sql, values) => (await pool.query(sql, values))[0];
  const write = async (connection, id, amount) => {
    await connection.execute(INSERT(name, '?', '?'), [id, amount]);
    await connection.execute(ADD(name, '?'), [amount]);
  };
  return { ...overSql(name, store, query, write, () => pool.end()), pool };
}

/** A shop over SQLite. `open(file)` opens a connection. */
function sqlite(open, servers, name) {
  const file = path.join(servers.sqlite.folder, `${name}.db`);
  const store = new inboxStores.SqliteStore(() => open(file), { table: `${name}_inbox` });
  const query = async (sql) => {
    const database = open(file);
    try {
      database.exec('PRAGMA busy_timeout = 5000');
      const statement = database.prepare(sql);
      return sql.startsWith('SELECT') ? statement.all() : statement.run();
    } finally {
      database.close();
    }
  };
  const write = async (database, id, amount) => {
    database.prepare(INSERT(name, '?', '?')).run(id, amount);
    database.prepare(ADD(name, '?')).run(amount);
  };
  return { ...overSql(name, store, query, write, () => {}), file };
}

/** A shop over Redis. `run(...command)` runs one command. */
function redis(name, client, run, end) {
  const prefix = `${name}:`;
  const store = new inboxStores.RedisStore(client, { prefix, leaseSeconds: 0.25, waitSeconds: 2 });
  return {
    store,
    client,
    create: async () => {},
    write: async (transaction, id, amount) => {
      transaction.queue('RPUSH', `${prefix}payments`, `${id} ${amount}`);
      transaction.queue('INCRBY', `${prefix}balance`, amount);
    },
    payments: async () =>
      (await run('LRANGE', `${prefix}payments`, '0', '-1')).map((line) => {
        const [id, amount] = line.split(' ');
        return { id, amount: Number(amount) };
      }),
    balance: async () => Number(await run('GET', `${prefix}balance`)),
    run: (command, key, ...values) => run(command, prefix + key, ...values),
    end,
  };
}

async function nodeRedis(servers, name) {
  const { createClient } = require('redis');
  const client = createClient({ socket: servers.redis });
  await client.connect();
  return redis(
    name,
    client,
    (...command) => client.sendCommand(command),
    () => client.close(),
  );
}

async function ioredis(servers, name) {
  const { Redis } = require('ioredis');
  const client = new Redis(servers.redis);
  return redis(
    name,
    client,
    (...command) => client.call(...command),
    () => client.quit(),
  );
}

/** The names of Prisma's models are fixed, so this shop's tables are too. */
async function prisma(servers) {
  const name = 'prisma';
  const client = await prismaClient(servers.postgresql);
  const store = new inboxStores.PrismaStore(client, { dialect: 'postgresql', table: `${name}_inbox` });
  const query = (sql, values = []) => client.$queryRawUnsafe(sql, ...values);
  const write = async (transaction, id, amount) => {
    await transaction.payment.create({ data: { id, amount } });
    await transaction.balance.updateMany({ data: { amount: { increment: amount } } });
  };
  return {
    ...overSql(name, store, query, write, () => client.$disconnect()),
    async create() {
      for (const table of ['inbox', 'payments', 'balance'])
        await query(`DROP TABLE IF EXISTS ${name}_${table}`);
      await store.createTable();
      await query(`CREATE TABLE ${name}_payments (row SERIAL PRIMARY KEY, id TEXT, amount BIGINT)`);
      await query(`CREATE TABLE ${name}_balance (row SERIAL PRIMARY KEY, amount BIGINT)`);
      await query(`INSERT INTO ${name}_balance (amount) VALUES (0)`);
    },
    client,
  };
}

/** Why this Node cannot run a driver of SQLite; undefined if it can. Throws if the driver is not installed. */
function without(driver) {
  try {
    if (driver === 'node:sqlite') require('node:sqlite');
    else new (require('better-sqlite3'))(':memory:').close();
  } catch (error) {
    const { code, message } = error;
    if (code === 'ERR_UNKNOWN_BUILTIN_MODULE') return `Node ${process.version} has no node:sqlite`;
    if (code === 'ERR_DLOPEN_FAILED' && message.includes('NODE_MODULE_VERSION')) {
      return 'better-sqlite3 was built for the Node that ran npm ci';
    }
    throw error;
  }
  return undefined;
}

const openBetterSqlite = (file) => new (require('better-sqlite3'))(file);
const openNodeSqlite = (file) => new (require('node:sqlite').DatabaseSync)(file);

/** Every store with its drivers. `skip` is why this Node cannot run one. */
const KINDS = {
  postgresql: { open: postgresql },
  mariadb: { open: mariadb },
  'better-sqlite3': {
    open: sqlite.bind(null, openBetterSqlite),
    connect: openBetterSqlite,
    skip: without('better-sqlite3'),
  },
  'node:sqlite': {
    open: sqlite.bind(null, openNodeSqlite),
    connect: openNodeSqlite,
    skip: without('node:sqlite'),
  },
  prisma: { open: prisma },
  'node-redis': { open: nodeRedis },
  ioredis: { open: ioredis },
};

module.exports = { KINDS };

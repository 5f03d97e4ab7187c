'use strict';

const { errors } = require('../errors.js');
const { SqlStore, tableOption } = require('./sqlStore.js');
const { checkMethods } = require('./storeOptions.js');
const { transactions } = require('./transactions.js');

const WANTED = 'PostgresStore takes a Pool of node-postgres: new PostgresStore(new pg.Pool())';

/** Runs statements on clients of a pool of node-postgres. */
function postgresDriver(pool) {
  async function connection(run) {
    const client = await pool.connect();
    if (typeof client?.query !== 'function' || typeof client.release !== 'function') {
      throw new errors.ConfigurationError(WANTED);
    }
    // Without a listener, a connection that breaks between two statements would end the process.
    let broken;
    const onError = (error) => {
      broken = error;
    };
    client.on?.('error', onError);
    const discard = (error) => {
      broken ??= error ?? true;
    };
    try {
      return await run(client, discard);
    } finally {
      client.release(broken); // the pool closes a client that is released with an error
      client.removeListener?.('error', onError);
    }
  }

  return {
    connection,
    transaction: transactions(connection, 'BEGIN'),
    change: async (client, sql, values) => (await client.query(sql, values)).rowCount,
    read: async (client, sql, values) => (await client.query(sql, values)).rows[0]?.detail,
  };
}

/** Keeps the marks in PostgreSQL. A handler gets the client of node-postgres that has the transaction. */
class PostgresStore extends SqlStore {
  constructor(pool, options) {
    checkMethods(pool, ['connect', 'query'], 'the pool', WANTED);
    super(postgresDriver(pool), 'postgresql', tableOption(options, 'PostgresStore'));
  }
}

module.exports = { PostgresStore };

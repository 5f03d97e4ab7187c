'use strict';

const { errors } = require('../errors.js');
const { member } = require('../convert/json.js');
const { SqlStore, tableOption } = require('./sqlStore.js');
const { checkMethods } = require('./storeOptions.js');
const { transactions } = require('./transactions.js');

const WANTED = "MySqlStore takes a pool of mysql2/promise: require('mysql2/promise').createPool({...})";

/** Runs statements on connections of a pool of mysql2. */
function mySqlDriver(pool) {
  async function connection(run) {
    const connection = await pool.getConnection();
    if (typeof connection?.execute !== 'function' || typeof connection.release !== 'function') {
      throw new errors.ConfigurationError(WANTED);
    }
    let broken = false;
    const discard = () => {
      broken = true;
    };
    try {
      return await run(connection, discard);
    } finally {
      if (broken) connection.destroy();
      else connection.release();
    }
  }

  return {
    connection,
    transaction: transactions(connection, 'START TRANSACTION'),
    // As prepared statements: what `query` does to quotes is wrong in the mode NO_BACKSLASH_ESCAPES.
    change: async (connection, sql, values) => (await connection.execute(sql, values))[0].affectedRows,
    read: async (connection, sql, values) => (await connection.execute(sql, values))[0][0]?.detail,
  };
}

/** Keeps the marks in MySQL or MariaDB. A handler gets the connection of mysql2 that has the transaction. */
class MySqlStore extends SqlStore {
  constructor(pool, options) {
    checkMethods(pool, ['getConnection'], 'the pool', WANTED);
    if (typeof member(pool, 'promise', 'the pool') === 'function') {
      throw new errors.ConfigurationError(`${WANTED}, or give pool.promise()`);
    }
    super(mySqlDriver(pool), 'mysql', tableOption(options, 'MySqlStore'));
  }
}

module.exports = { MySqlStore };

'use strict';

// What the stores over SQL have in common. A driver knows how to run a transaction and a statement:
//
//   connection(run)                  a connection without a transaction
//   transaction(run)                 commits if run(connection) resolves to true, rolls back if to false
//   change(connection, sql, values)  resolves to the number of changed rows
//   read(connection, sql, values)    resolves to the first row's `detail`, or undefined

const { errors } = require('../errors.js');
const { message } = require('../message.js');
const { optionalOptions } = require('../convert/options.js');
const statements = require('./statements.js');
const { checkTable } = require('./storeOptions.js');

const TABLE_OPTION = new Set(['table']);

const now = () => Math.floor(Date.now() / 1000);

const cursorValues = (cursor) => [statements.CURSOR_KEY, statements.CURSOR_KEY, cursor, now()];

/** Marks and a cursor in one table. */
class SqlStore {
  #driver;
  #sql;

  constructor(driver, dialect, table = statements.TABLE) {
    checkTable(table);
    this.#driver = driver;
    const sql = (statement) => {
      const named = statement.replaceAll('{table}', table);
      let at = 0;
      return dialect === 'postgresql' ? named.replaceAll('?', () => `$${(at += 1)}`) : named;
    };
    this.#sql = {
      create: sql(statements.CREATE[dialect]),
      mark: sql(statements.MARK[dialect]),
      storeCursor: sql(statements.STORE_CURSOR[dialect]),
      detail: sql(statements.LOAD_CURSOR),
      deleteOld: sql(statements.DELETE_OLD),
    };
  }

  async createTable() {
    const create = () =>
      this.#driver.connection((connection) => this.#driver.change(connection, this.#sql.create, []));
    // Where two processes create it at once, PostgreSQL refuses the second one, despite IF NOT EXISTS.
    await create().catch(create);
  }

  /** Inserts the mark and runs `work` in one transaction. Resolves to false if the mark was there. */
  async handle({ key, name, detail, cursor }, work) {
    const { change } = this.#driver;
    return this.#driver.transaction(async (connection) => {
      if (!(await change(connection, this.#sql.mark, [key, name, detail, now()]))) return false;
      await work(connection);
      await this.#checkMark(connection, key);
      // Last, because other processes that reconcile wait for this row.
      if (cursor !== undefined) await change(connection, this.#sql.storeCursor, cursorValues(cursor));
      return true;
    });
  }

  /**
   * A handler may have caught the error of a statement that ended the transaction: then PostgreSQL answers
   * COMMIT with a rollback and no error, and MySQL, after a deadlock, commits each statement by itself.
   */
  async #checkMark(connection, key) {
    let cause;
    try {
      if ((await this.#driver.read(connection, this.#sql.detail, [key])) !== undefined) return;
    } catch (error) {
      cause = error;
    }
    throw new errors.InboxRolledBackError(message('inbox_rolled_back'), {}, cause && { cause });
  }

  async loadCursor() {
    return this.#driver.connection((connection) =>
      this.#driver.read(connection, this.#sql.detail, [statements.CURSOR_KEY]),
    );
  }

  async storeCursor(cursor) {
    await this.#driver.connection((connection) =>
      this.#driver.change(connection, this.#sql.storeCursor, cursorValues(cursor)),
    );
  }

  async deleteOld(days) {
    const before = Math.floor(now() - days * 86_400);
    return this.#driver.connection((connection) =>
      this.#driver.change(connection, this.#sql.deleteOld, [before]),
    );
  }
}

/** The option `table`, of a store whose only one it is. */
function tableOption(options, store) {
  return optionalOptions(options, TABLE_OPTION, `the options of a ${store}`, errors.ConfigurationError).table;
}

module.exports = { SqlStore, tableOption };

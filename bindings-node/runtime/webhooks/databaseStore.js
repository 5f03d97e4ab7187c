'use strict';

const { optionalOptions } = require('../convert/options.js');
const { errors } = require('../errors.js');
const { message } = require('../message.js');

const STORE_OPTIONS = new Set(['dialect', 'table']);

/** One statement that inserts a row or replaces an expired one, so that two processes cannot both do it. */
const UPSERT = (table, placeholders) =>
  `INSERT INTO ${table} AS stored (delivery_key, remembered_until) VALUES (${placeholders[0]}, ${placeholders[1]}) ` +
  'ON CONFLICT (delivery_key) DO UPDATE SET remembered_until = excluded.remembered_until ' +
  `WHERE stored.remembered_until <= ${placeholders[2]}`;

/** Keeps the keys of deliveries in a table, over any driver: `run(sql, values)` returns the number of changed rows. */
class DatabaseStore {
  #run;
  #table;
  #dialect;
  #placeholders;

  constructor(run, options) {
    const { dialect, table = 'lomi_webhook_deliveries' } = optionalOptions(
      options,
      STORE_OPTIONS,
      'the options of a DatabaseStore',
      errors.ConfigurationError,
    );
    if (typeof run !== 'function') {
      throw new errors.ConfigurationError(
        'DatabaseStore needs a function (sql, values) that returns how many rows were changed',
      );
    }
    if (!['postgres', 'sqlite', 'mysql'].includes(dialect)) {
      throw new errors.ConfigurationError('dialect must be postgres, sqlite or mysql');
    }
    if (typeof table !== 'string' || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/.test(table)) {
      throw new errors.ConfigurationError(message('table_not_plain', { example: 'shop.deliveries' }));
    }
    this.#run = run;
    this.#table = table;
    this.#dialect = dialect;
    this.#placeholders = dialect === 'postgres' ? ['$1', '$2', '$3'] : ['?', '?', '?'];
  }

  async createTable() {
    await this.#run(
      `CREATE TABLE IF NOT EXISTS ${this.#table} ` +
        '(delivery_key VARCHAR(80) PRIMARY KEY, remembered_until BIGINT NOT NULL)',
      [],
    );
  }

  async remember(key, ttl) {
    const now = Math.floor(Date.now() / 1000);
    const until = now + Math.max(1, Math.round(Math.min(ttl, 0xffffffffff)));
    if (this.#dialect !== 'mysql') {
      return (await this.#changed(UPSERT(this.#table, this.#placeholders), [key, until, now])) > 0;
    }
    await this.#changed(`DELETE FROM ${this.#table} WHERE delivery_key = ? AND remembered_until <= ?`, [
      key,
      now,
    ]);
    const insert = `INSERT IGNORE INTO ${this.#table} (delivery_key, remembered_until) VALUES (?, ?)`;
    return (await this.#changed(insert, [key, until])) > 0;
  }

  async forget(key) {
    await this.#changed(`DELETE FROM ${this.#table} WHERE delivery_key = ${this.#placeholders[0]}`, [key]);
  }

  /** Deletes the expired rows. */
  async deleteExpired() {
    const now = Math.floor(Date.now() / 1000);
    await this.#changed(`DELETE FROM ${this.#table} WHERE remembered_until <= ${this.#placeholders[0]}`, [
      now,
    ]);
  }

  async #changed(sql, values) {
    const changed = await this.#run(sql, values);
    if (typeof changed !== 'number' && typeof changed !== 'bigint') {
      throw new errors.ConfigurationError(
        `the function of DatabaseStore must return how many rows were changed, and returned ${typeof changed}`,
      );
    }
    return Number(changed);
  }
}

module.exports = { DatabaseStore };

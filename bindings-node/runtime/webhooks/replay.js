'use strict';

// Deliveries that come more than once: the guard, and where it remembers them. lomi. repeats a
// delivery that was not answered with 2xx; which key it is known by is a rule of the core.

const native = require('../../native.js');
const { settled } = require('../call/dispatch.js');
const { errors } = require('../errors.js');
const { named } = require('../convert/options.js');
const { checkText } = require('../convert/values.js');
const { checked, refuse } = require('../convert/json.js');

/** 30 days, in seconds. */
const TTL = 30 * 24 * 60 * 60;

/** The options of a class of this file. */
const options = (given, names, Type) =>
  named(given, new Set(names), `the options of ${Type}`, errors.ConfigurationError);

/** The member of an object of the caller's; undefined where there is none. */
const member = (object, name, what) => checked(what, errors.ConfigurationError, () => object?.[name]);

class ReplayGuard {
  #store;
  #ttl;

  constructor(given) {
    const {
      store = undefined,
      size = 10_000,
      ttl = TTL,
    } = options(given, ['store', 'size', 'ttl'], 'a ReplayGuard');
    this.#ttl = ttl;
    if (typeof ttl !== 'number' || !(ttl > 0)) {
      throw new errors.ConfigurationError('ttl must be a number of seconds above 0');
    }
    if (!Number.isInteger(size) || size < 1 || size > 0xffffffff) {
      throw new errors.ConfigurationError('size must be a whole number above 0');
    }
    if (store === undefined) this.#store = new native.ReplayMemory(size);
    else if (typeof store === 'function') this.#store = { remember: store };
    else if (typeof member(store, 'remember', 'the store') === 'function') this.#store = store;
    else throw new errors.ConfigurationError('the store of a ReplayGuard must have remember and forget');
  }

  /** The text that an event is remembered by. */
  static key(event) {
    const digits = (_name, value) => (typeof value === 'bigint' ? value.toString() : value);
    let text;
    try {
      text = JSON.stringify(event, digits) ?? 'null';
    } catch (cause) {
      throw refuse('the event cannot be written as JSON: give what constructEvent returned', cause);
    }
    // No delivery has these, and two such events would have one key.
    if (text.includes('\\ud'))
      checked('the event', errors.ValidationError, () => checkText(JSON.parse(text)));
    return settled(native.replayKey(text)).text;
  }

  /** Says whether an event is new, and remembers it, in one step. */
  async firstTime(event) {
    const first = await this.#store.remember(ReplayGuard.key(event), this.#ttl);
    if (typeof first !== 'boolean') {
      // `undefined` would make every delivery a known one, and "OK" every one new.
      throw new errors.ConfigurationError(
        `the store's remember must return true or false, and returned ${typeof first}`,
      );
    }
    return first;
  }

  /** Forgets an event, so that its next delivery counts as the first. */
  async forget(event) {
    if (typeof this.#store.forget !== 'function') {
      throw new errors.ConfigurationError(
        'this store cannot forget a delivery whose handler failed: give it a method forget(key)',
      );
    }
    await this.#store.forget(ReplayGuard.key(event));
  }

  /** Calls `handler(event)` if the event is new; forgets the event if that fails. */
  async once(event, handler) {
    if (typeof handler !== 'function') {
      throw new errors.ConfigurationError('the handler of a delivery must be a function: (event) => {...}');
    }
    if (!(await this.firstTime(event))) return false;
    try {
      await handler(event);
    } catch (error) {
      await this.forget(event);
      throw error;
    }
    return true;
  }
}

/** Keys in Redis, with a client of ioredis or node-redis. */
class RedisStore {
  #client;
  #prefix;
  #set;

  constructor(client, given) {
    const { prefix = '' } = options(given, ['prefix'], 'a RedisStore');
    if (typeof prefix !== 'string') throw new errors.ConfigurationError('prefix must be a string');
    this.#client = client;
    this.#prefix = prefix;
    if (typeof member(client, 'defineCommand', 'the client of Redis') === 'function') {
      this.#set = (key, ttl) => client.set(key, '1', 'EX', ttl, 'NX'); // ioredis
    } else if (typeof member(client, 'setNX', 'the client of Redis') === 'function') {
      this.#set = (key, ttl) => client.set(key, '1', { NX: true, EX: ttl }); // node-redis
    } else {
      // Another client may not understand NX, and then every delivery would be new.
      throw new errors.ConfigurationError(
        'RedisStore takes a client of ioredis or of node-redis 4 or newer; for another one give ReplayGuard a ' +
          'store of your own, whose remember(key, ttl) does SET key 1 NX EX ttl',
      );
    }
  }

  async remember(key, ttl) {
    const seconds = Math.max(1, Math.round(Math.min(ttl, 0xffffffff)));
    return String(await this.#set(this.#prefix + key, seconds)) === 'OK';
  }

  async forget(key) {
    await this.#client.del(this.#prefix + key);
  }
}

/** A statement of one step each: inserts, or takes over a row whose time has ended. */
const UPSERT = (table, marks) =>
  `INSERT INTO ${table} AS known (delivery_key, remembered_until) VALUES (${marks[0]}, ${marks[1]}) ` +
  'ON CONFLICT (delivery_key) DO UPDATE SET remembered_until = excluded.remembered_until ' +
  `WHERE known.remembered_until <= ${marks[2]}`;

/** Keys in a table, over any driver: `run(sql, values)` returns how many rows were changed. */
class DatabaseStore {
  #run;
  #table;
  #dialect;
  #marks;

  constructor(run, given) {
    const { dialect, table = 'lomi_webhook_deliveries' } = options(
      given,
      ['dialect', 'table'],
      'a DatabaseStore',
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
      throw new errors.ConfigurationError("the table's name must be a plain name, such as shop.deliveries");
    }
    this.#run = run;
    this.#table = table;
    this.#dialect = dialect;
    this.#marks = dialect === 'postgres' ? ['$1', '$2', '$3'] : ['?', '?', '?'];
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
      return (await this.#changed(UPSERT(this.#table, this.#marks), [key, until, now])) > 0;
    }
    await this.#changed(`DELETE FROM ${this.#table} WHERE delivery_key = ? AND remembered_until <= ?`, [
      key,
      now,
    ]);
    const insert = `INSERT IGNORE INTO ${this.#table} (delivery_key, remembered_until) VALUES (?, ?)`;
    return (await this.#changed(insert, [key, until])) > 0;
  }

  async forget(key) {
    await this.#changed(`DELETE FROM ${this.#table} WHERE delivery_key = ${this.#marks[0]}`, [key]);
  }

  /** Deletes the rows whose time has ended. */
  async deleteExpired() {
    const now = Math.floor(Date.now() / 1000);
    await this.#changed(`DELETE FROM ${this.#table} WHERE remembered_until <= ${this.#marks[0]}`, [now]);
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

module.exports = { DatabaseStore, RedisStore, ReplayGuard };

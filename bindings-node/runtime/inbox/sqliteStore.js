'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

const { errors } = require('../errors.js');
const { message } = require('../message.js');
const { optionalOptions } = require('../convert/options.js');
const { SqlStore } = require('./sqlStore.js');
const { positive } = require('./storeOptions.js');

const STORE_OPTIONS = new Set(['table', 'waitSeconds']);

const WANTED =
  'SqliteStore takes a function that opens a new connection, of better-sqlite3 or of node:sqlite: ' +
  "new SqliteStore(() => new Database('shop.db'))";

/** Whether the database is locked by another connection: an error of better-sqlite3 or of node:sqlite. */
function isBusy(error) {
  return String(error?.code).startsWith('SQLITE_BUSY') || (error?.errcode & 0xff) === 5;
}

/** Whether a promise settles before a moment. */
async function settles(promise, deadline) {
  const timer = new AbortController();
  const late = sleep(Math.max(0, deadline - Date.now()), false, { signal: timer.signal }).catch(() => false);
  const first = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return first;
}

/**
 * Runs statements on connections that it opens, each for one event. SQLite has one writer at a time: the events
 * of this process wait for each other in a queue, and for other processes without blocking the event loop.
 */
class SqliteDriver {
  #open;
  #wait;
  #last = Promise.resolve();
  #seen = new WeakSet();

  constructor(open, waitSeconds) {
    this.#open = open;
    this.#wait = waitSeconds * 1000;
  }

  /** Resolves when it is this event's turn, to a function that ends the turn. */
  async #turn() {
    const before = this.#last;
    let end;
    const ended = new Promise((resolve) => {
      end = resolve;
    });
    this.#last = before.then(() => ended);
    if (await settles(before, Date.now() + this.#wait)) return end;
    end();
    throw new errors.InboxBusyError(message('inbox_database_busy', { waited: this.#wait / 1000 }));
  }

  /** Runs a statement again until no other connection locks the database, or the time is over. */
  async #patiently(run) {
    const deadline = Date.now() + this.#wait;
    for (;;) {
      try {
        return run();
      } catch (error) {
        if (!isBusy(error) || Date.now() >= deadline) throw error;
      }
      await sleep(2 + Math.random() * 8);
    }
  }

  async connection(run) {
    const end = await this.#turn();
    try {
      const database = await this.#open();
      if (typeof database?.exec !== 'function' || typeof database.prepare !== 'function') {
        throw new errors.ConfigurationError(WANTED);
      }
      if (this.#seen.has(database)) {
        throw new errors.ConfigurationError(`${WANTED}; it returned the same connection twice`);
      }
      this.#seen.add(database);
      try {
        database.exec('PRAGMA busy_timeout = 0'); // SQLite's own waiting would block the event loop
        return await run(database);
      } finally {
        database.close();
      }
    } finally {
      end();
    }
  }

  transaction(run) {
    return this.connection(async (database) => {
      await this.#patiently(() => database.exec('BEGIN IMMEDIATE'));
      try {
        const done = await run(database);
        await this.#patiently(() => database.exec(done ? 'COMMIT' : 'ROLLBACK'));
        return done;
      } catch (error) {
        try {
          database.exec('ROLLBACK');
        } catch {
          // SQLite has rolled back by itself; closing the connection does it in any case.
        }
        throw error;
      }
    });
  }

  change = async (database, sql, values) =>
    Number(await this.#patiently(() => database.prepare(sql).run(...values).changes));

  read = async (database, sql, values) => this.#patiently(() => database.prepare(sql).get(...values)?.detail);
}

/** Keeps the marks in SQLite. A handler gets the connection that has the transaction. */
class SqliteStore extends SqlStore {
  constructor(open, options) {
    const what = 'the options of a SqliteStore';
    const given = optionalOptions(options, STORE_OPTIONS, what, errors.ConfigurationError);
    const { table, waitSeconds = 30 } = given;
    if (typeof open !== 'function') throw new errors.ConfigurationError(WANTED);
    positive('waitSeconds', waitSeconds);
    super(new SqliteDriver(open, waitSeconds), 'sqlite', table);
  }
}

module.exports = { SqliteStore };

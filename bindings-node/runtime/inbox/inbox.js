'use strict';

// Hands each event over once: its mark and what the handler writes are in one transaction of the shop's store.

const { errors } = require('../errors.js');
const { message } = require('../message.js');
const { check, member } = require('../convert/json.js');
const { optionalOptions } = require('../convert/options.js');
const { ReplayGuard } = require('../webhooks/replayGuard.js');
const { CURSOR_EVERY, KEEP_DAYS, LONGEST_NAME } = require('./statements.js');
const { positive } = require('./storeOptions.js');

const RECONCILE_OPTIONS = new Set(['since', 'signal']);
const DELETE_OPTIONS = new Set(['days']);

/** What a store does for an inbox. */
const STORE_METHODS = ['createTable', 'handle', 'loadCursor', 'storeCursor', 'deleteOld'];

/** The mark of an event: its key, what it is, and what brought it. */
function markOf(event, cursor) {
  const key = ReplayGuard.key(event);
  const { event: name, source } = check('the event', errors.ValidationError, () => ({ ...event }));
  return {
    key,
    // The name is for people who read the table. Other characters could be refused by a database.
    name: (typeof name === 'string' ? name : '').replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_NAME),
    detail: source === 'reconcile' ? 'reconcile' : 'webhook',
    cursor,
  };
}

function checkHandler(handler) {
  if (typeof handler === 'function') return;
  throw new errors.ConfigurationError(
    'the handler of an event must be a function: async (event, transaction) => {...}',
  );
}

/** Takes verified webhooks and reconciled events, and hands each event to its handler once. */
class Inbox {
  #store;

  constructor(store) {
    for (const method of STORE_METHODS) {
      if (typeof member(store, method, 'the store') === 'function') continue;
      throw new errors.ConfigurationError(
        `the store of an Inbox must have ${method}: give one of inboxStores, such as ` +
          'new inboxStores.PostgresStore(pool)',
      );
    }
    this.#store = store;
  }

  /** Creates the table if it does not exist. */
  async createTable() {
    await this.#store.createTable();
  }

  /** Marks an event and calls `handler(event, transaction)` in one transaction; false if it was handled before. */
  async handle(event, handler) {
    checkHandler(handler);
    return this.#handle(event, handler, undefined);
  }

  async #handle(event, handler, cursor) {
    const mark = markOf(event, cursor);
    const handled = await this.#store.handle(mark, async (transaction) => {
      await handler(event, transaction);
    });
    if (typeof handled !== 'boolean') {
      throw new errors.ConfigurationError(
        `the store's handle must return true or false, and returned ${typeof handled}`,
      );
    }
    return handled;
  }

  /** Hands over what a program has missed, and returns how many events it was. */
  async reconcile(client, handler, options) {
    checkHandler(handler);
    const { since, signal } = optionalOptions(options, RECONCILE_OPTIONS, 'the options of reconcile');
    if (typeof member(client, 'reconcile', 'the client') !== 'function') {
      throw new errors.ConfigurationError('reconcile needs a client: inbox.reconcile(client, handler)');
    }
    let stored = (await this.#store.loadCursor()) ?? undefined;
    const start = stored ?? since ?? undefined;
    if (start === undefined) {
      throw new errors.ValidationError(message('inbox_without_cursor'));
    }
    const missed = client.reconcile(start, { signal });
    let handedOver = 0;
    let repeated = 0;
    for await (const { event, cursor } of missed) {
      if (signal?.aborted) {
        throw new errors.CancelledError('the signal was aborted', {}, { cause: signal.reason });
      }
      if (await this.#handle(event, handler, cursor)) {
        stored = cursor;
        handedOver += 1;
      } else if (++repeated % CURSOR_EVERY === 0) {
        await this.#store.storeCursor(cursor);
        stored = cursor;
      }
    }
    if (missed.cursor !== stored) await this.#store.storeCursor(missed.cursor);
    return handedOver;
  }

  /** Deletes the marks of events that were handled more than `days` ago, and returns how many. */
  async deleteOld(options) {
    const { days = KEEP_DAYS } = optionalOptions(options, DELETE_OPTIONS, 'the options of deleteOld');
    positive('days', days, errors.ValidationError);
    return this.#store.deleteOld(days);
  }
}

module.exports = { Inbox };

'use strict';

// lomi. repeats a delivery whose response was not 2xx. The guard recognizes a repeated delivery
// by its key; the core decides what the key of an event is.

const native = require('../../native.js');
const { resultOf } = require('../call/dispatch.js');
const { check, member, refusal } = require('../convert/json.js');
const { optionalOptions } = require('../convert/options.js');
const { checkUnicode } = require('../convert/values.js');
const { errors } = require('../errors.js');
const { message } = require('../message.js');

/** 30 days, in seconds. */
const DEFAULT_TTL = 30 * 24 * 60 * 60;

const GUARD_OPTIONS = new Set(['store', 'size', 'ttl']);

/** Tells the first delivery of an event from repeated ones. */
class ReplayGuard {
  #store;
  #ttl;

  constructor(options) {
    const {
      store = undefined,
      size = 10_000,
      ttl = DEFAULT_TTL,
    } = optionalOptions(options, GUARD_OPTIONS, 'the options of a ReplayGuard', errors.ConfigurationError);
    this.#ttl = ttl;
    if (typeof ttl !== 'number' || !(ttl > 0)) {
      throw new errors.ConfigurationError(message('guard_ttl'));
    }
    if (!Number.isInteger(size) || size < 1 || size > 0xffffffff) {
      throw new errors.ConfigurationError('size must be a whole number above 0');
    }
    if (store === undefined) this.#store = new native.MemoryStore(size);
    else if (typeof store === 'function') this.#store = { remember: store };
    else if (typeof member(store, 'remember', 'the store') === 'function') this.#store = store;
    else throw new errors.ConfigurationError('the store of a ReplayGuard must have remember and forget');
  }

  /** The key of an event. */
  static key(event) {
    const digits = (_name, value) => (typeof value === 'bigint' ? value.toString() : value);
    let json;
    try {
      json = JSON.stringify(event, digits) ?? 'null';
    } catch (cause) {
      throw refusal('the event cannot be written as JSON: give what constructEvent returned', cause);
    }
    // Two events that differ only in lone surrogates would have one key. No delivery has them.
    if (json.includes('\\ud')) {
      check('the event', errors.ValidationError, () => checkUnicode(JSON.parse(json)));
    }
    return resultOf(native.replayKey(json)).json;
  }

  /** Remembers an event and returns whether it was new, in one step. */
  async firstTime(event) {
    const first = await this.#store.remember(ReplayGuard.key(event), this.#ttl);
    if (typeof first !== 'boolean') {
      // Otherwise `undefined` would make every delivery a repeated one, and "OK" every one new.
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

  /** Calls `handler(event)` if the event is new, and forgets the event if the handler fails. */
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

module.exports = { ReplayGuard };

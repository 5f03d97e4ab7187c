'use strict';

// The events that a program has missed. The native library says which calls to make, and which events they
// bring.

const { types } = require('node:util');

const native = require('../native.js');
const { dispatch, finish, resultOf, NOTHING } = require('./call/dispatch.js');
const { check } = require('./convert/json.js');
const { callOptions } = require('./convert/options.js');
const { Refusal, checkUnicode } = require('./convert/values.js');
const { ValidationError } = require('./errors.js').errors;
const { readOne } = require('./response/read.js');

const RECONCILE_OPTIONS = new Set(['signal']);

/** A cursor, or a time in ISO 8601. */
function text(since) {
  return check('since', ValidationError, () => {
    if (types.isDate(since)) {
      if (Number.isNaN(Date.prototype.getTime.call(since))) throw new Refusal('is an invalid date');
      return Date.prototype.toISOString.call(since);
    }
    if (typeof since !== 'string') throw new Refusal('must be a string or a Date');
    checkUnicode(since);
    return since;
  });
}

/** The async iterator over missed events. After an error, `next` makes the same request again. */
class MissedEvents {
  #client;
  #run;
  #signal;
  #last = Promise.resolve();

  constructor(client, since, options) {
    const cursor = text(since);
    this.#signal = callOptions(options, RECONCILE_OPTIONS).signal;
    this.#client = client;
    try {
      this.#run = new native.Reconciliation(cursor);
    } catch (cause) {
      throw new ValidationError(cause.message, {}, { cause });
    }
  }

  /** The cursor after the last event; after the end, that of the next run. */
  get cursor() {
    return this.#run.cursor;
  }

  async next() {
    // One at a time: two concurrent calls would make the same request, and take its result twice.
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => {});
    return next;
  }

  async #next() {
    let found = this.#run.step();
    while (!Array.isArray(found)) {
      finish(await dispatch(this.#client, (id) => this.#client.reconcile(id, this.#run), this.#signal));
      found = this.#run.step();
    }
    const result = resultOf(found);
    if (result.tag === NOTHING) return { value: undefined, done: true };
    return { value: { event: readOne(result), cursor: this.#run.cursor }, done: false };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

module.exports = { MissedEvents };

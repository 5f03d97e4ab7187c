'use strict';

const native = require('../../native.js');
const { dispatch, finish, withWarnings, NOTHING } = require('../call/dispatch.js');
const { errors } = require('../errors.js');
const { readPage } = require('../response/read.js');

/** Requests the pages of a list one after the other. After an error it requests the same page again. */
class Pager {
  #client;
  #native;
  #type;
  #options;

  /** `options` is the JSON of the call options and the signal. */
  constructor(client, nativePager, type, options) {
    this.#client = client;
    this.#native = nativePager;
    this.#type = type;
    this.#options = options;
  }

  /** A pager of `operation` that starts where the JSON `input` says. */
  static create(client, operation, input, type, options) {
    let pager;
    try {
      pager = new native.Pager(operation, input);
    } catch (cause) {
      throw new errors.ValidationError(cause.message, {}, { cause });
    }
    return new Pager(client, pager, type, options);
  }

  /** The next page as `[members, response]`; undefined at the end of the list. */
  async next() {
    const { json, signal } = this.#options;
    const client = this.#client;
    const result = finish(
      await dispatch(client, (id) => withWarnings(client, client.nextPage(id, this.#native, json)), signal),
    );
    return result.tag === NOTHING ? undefined : readPage(result, this.#type);
  }

  /** Another pager at the same place. */
  fork() {
    return new Pager(this.#client, this.#native.fork(), this.#type, this.#options);
  }
}

module.exports = { Pager };

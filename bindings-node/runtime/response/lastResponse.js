'use strict';

/** The response that a value came from. Its JSON is parsed when a property is first read. */
class LastResponse {
  #json;
  #parsed;

  constructor(json) {
    this.#json = json;
  }

  get #metadata() {
    return (this.#parsed ??= JSON.parse(this.#json));
  }

  get status() {
    return this.#metadata.status;
  }

  get headers() {
    return this.#metadata.headers;
  }

  get requestId() {
    return this.#metadata.requestId;
  }

  get idempotencyKey() {
    return this.#metadata.idempotencyKey;
  }

  get replayed() {
    return this.#metadata.replayed;
  }

  get warning() {
    return this.#metadata.warning;
  }

  get attempts() {
    return this.#metadata.attempts;
  }

  get history() {
    return this.#metadata.history;
  }

  toJSON() {
    return this.#metadata;
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return inspect(this.#metadata, options);
  }
}

module.exports = { LastResponse };

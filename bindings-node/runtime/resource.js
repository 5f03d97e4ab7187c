'use strict';

// What generated resources are made of: each of their methods names an operation and
// its input, and one of these carries it out.

const native = require('../native.js');
const { run } = require('./calls.js');
const { readOne } = require('./model.js');
const options = require('./options.js');
const { list } = require('./page.js');
const { refuse, write } = require('./write.js');

/** The number of an operation in the native half. */
function operation(id) {
  const number = native.operation(id);
  if (typeof number !== 'number') {
    throw new Error(
      `lomi's native part (${native.version()}) does not know ${id}: it is older than this package. ` +
        'Install both in one version.',
    );
  }
  return { id, number };
}

/** The values of a call as text, each part only where it is given. */
function compose({ path, query, body }) {
  const parts = [];
  if (path !== undefined) parts.push(`"path":${write(path)}`);
  if (query !== undefined && query !== null) {
    if (typeof query !== 'object' || Array.isArray(query)) {
      throw refuse('the query has to be an object of names and values');
    }
    parts.push(`"query":${write(query)}`);
  }
  if (body !== undefined) parts.push(`"body":${write(body)}`);
  return `{${parts.join()}}`;
}

class Resource {
  #client;

  constructor(client) {
    this.#client = client;
  }

  static async #call(resource, { id: name, number }, input, given) {
    const { text, signal } = options.forCall(given);
    const values = compose(input);
    const client = resource.#client;
    const send = (port, id, abort) => client.call(port, id, abort, number, values, text);
    return run(client, send, signal, name);
  }

  /** A call that answers with one object. */
  static async one(resource, target, input, given) {
    return readOne(await Resource.#call(resource, target, input, given));
  }

  /** A call that answers with nothing. */
  static async nothing(resource, target, input, given) {
    await Resource.#call(resource, target, input, given);
  }

  /** A list. */
  static list(resource, { number }, input, given, type) {
    const read = () => options.forCall(given);
    return list(resource.#client, number, () => compose(input), type, read);
  }
}

module.exports = { Resource, compose, operation };

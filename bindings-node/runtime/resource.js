'use strict';

// What generated resources are made of: each of their methods names an operation and
// its input, and one of these carries it out.

const native = require('../native.js');
const { dispatch, finish, started } = require('./call/dispatch.js');
const { readOne } = require('./response/model.js');
const options = require('./convert/options.js');
const { list } = require('./list/page.js');
const { detached, object, write } = require('./convert/json.js');

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
  let text = '';
  if (path !== undefined) text = `,"path":${write(path)}`;
  if (query !== undefined && query !== null) {
    text += `,"query":${write(object(query, 'the query'), 'the query')}`;
  }
  if (body !== undefined) text += `,"body":${write(body, 'the body')}`;
  return `{${text.slice(1)}}`;
}

class Resource {
  #client;

  constructor(client) {
    this.#client = client;
  }

  static #clientOf(resource) {
    if (typeof resource === 'object' && resource !== null && #client in resource) return resource.#client;
    throw detached('client.checkoutSessions.create(...)');
  }

  static #start(client, { number }, input, given) {
    const { text, signal } = options.forCall(given);
    const values = compose(input);
    return dispatch((id) => started(client, client.call(id, number, values, text)), signal);
  }

  /** A call that answers with one object. */
  static async one(resource, target, input, given) {
    const client = Resource.#clientOf(resource);
    const outcome = await Resource.#start(client, target, input, given);
    return readOne(finish(client, outcome));
  }

  /** A call that answers with nothing. */
  static async nothing(resource, target, input, given) {
    const client = Resource.#clientOf(resource);
    const outcome = await Resource.#start(client, target, input, given);
    finish(client, outcome);
  }

  /** A list. */
  static list(resource, { number }, input, given, type) {
    const read = () => options.forCall(given);
    return list(Resource.#clientOf(resource), number, () => compose(input), type, read);
  }
}

module.exports = { Resource, compose, operation };

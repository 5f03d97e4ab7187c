'use strict';

// The base class of the generated resources: each of their methods gives an operation and its
// input to one of the static methods here.

const native = require('../native.js');
const { dispatch, finish, withWarnings } = require('./call/dispatch.js');
const { composeInput } = require('./convert/input.js');
const { WAIT_OPTIONS, callOptions } = require('./convert/options.js');
const { detachedMethodError } = require('./convert/json.js');
const { PageRequest } = require('./list/pageRequest.js');
const { Pager } = require('./list/pager.js');
const { readAny, readOne } = require('./response/read.js');

/** The number of an operation in the native library. */
function operation(id) {
  const number = native.operation(id);
  if (typeof number !== 'number') {
    throw new Error(
      `lomi's native part (${native.version()}) has no operation ${id}: it is older than this package. ` +
        'Install both in one version.',
    );
  }
  return number;
}

class Resource {
  #client;

  constructor(client) {
    this.#client = client;
  }

  static #clientOf(resource) {
    if (typeof resource === 'object' && resource !== null && #client in resource) return resource.#client;
    throw detachedMethodError('client.checkoutSessions.create(...)');
  }

  static #call(client, number, parts, options, names) {
    const { json, signal } = callOptions(options, names);
    const input = composeInput(parts);
    return dispatch(client, (id) => withWarnings(client, client.call(id, number, input, json)), signal);
  }

  /** A call whose response is one object. */
  static async one(resource, number, parts, options) {
    const client = Resource.#clientOf(resource);
    const result = await Resource.#call(client, number, parts, options);
    return readOne(finish(result));
  }

  /** A call that is repeated until its object is in a final state. */
  static async wait(resource, number, parts, options) {
    const client = Resource.#clientOf(resource);
    // An option that is undefined or null is one that is left out, not a read that does not wait.
    const given = { ...options, until: options?.until ?? 'final' };
    const result = await Resource.#call(client, number, parts, given, WAIT_OPTIONS);
    return readOne(finish(result));
  }

  /** A call that may have to be confirmed: its object, and what `second` needs to make the call again. */
  static async first(resource, number, parts, options, names) {
    const client = Resource.#clientOf(resource);
    const { json, signal } = callOptions(options, names);
    const call = { client, number, input: composeInput(parts), json, signal };
    const result = await dispatch(
      client,
      (id) => withWarnings(client, client.call(id, number, call.input, json)),
      signal,
    );
    const object = readOne(finish(result));
    return [object, call];
  }

  /**
   * Makes the call of `first` again with its idempotency key and the token of its response, which
   * confirms it.
   */
  static async second({ client, number, input, json }, key, token, signal) {
    const result = await dispatch(
      client,
      (id) => withWarnings(client, client.confirm(id, number, input, json, key, token)),
      signal,
    );
    return readOne(finish(result));
  }

  /** A call whose response is any JSON. */
  static async any(resource, number, parts, options) {
    const client = Resource.#clientOf(resource);
    const result = await Resource.#call(client, number, parts, options);
    return readAny(finish(result));
  }

  /** A call whose response has no value. */
  static async nothing(resource, number, parts, options) {
    const client = Resource.#clientOf(resource);
    const result = await Resource.#call(client, number, parts, options);
    finish(result);
  }

  /** A list of objects of `type`. */
  static list(resource, number, parts, options, type) {
    const client = Resource.#clientOf(resource);
    return new PageRequest(() => {
      const given = callOptions(options);
      return Pager.create(client, number, composeInput(parts), type, given);
    });
  }
}

module.exports = { Resource, operation };

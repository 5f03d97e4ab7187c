'use strict';

// The base class of the objects in responses, and the private state behind each of them.

/** Returns the given object from the constructor, so that a subclass adds its private fields to it. */
class Returned {
  constructor(object) {
    return object;
  }
}

/**
 * Private fields on an object that exists already: cheaper than a WeakMap, and not visible to
 * JSON, to inspect or to structuredClone.
 */
class PrivateState extends Returned {
  #response;
  #notes;

  constructor(object, response, notes) {
    super(object);
    this.#response = response;
    this.#notes = notes;
  }

  static response(object) {
    return #response in object ? object.#response : null;
  }

  static notes(object) {
    return #notes in object ? object.#notes : undefined;
  }
}

/** Attaches the response and the notes (`{originals, big}`) to an object. */
function attach(object, response, notes) {
  new PrivateState(object, response, notes);
}

/** Replaces each bigint by a string, because JSON has no bigint. */
function withoutBigints(value) {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutBigints(field)]));
  }
  return value;
}

/** The base class of response objects. Their properties are the API's fields. */
class Model {
  get lastResponse() {
    return PrivateState.response(this);
  }

  original(name) {
    const originals = PrivateState.notes(this)?.originals;
    if (originals !== undefined && Object.hasOwn(originals, name)) return originals[name];
    return Object.hasOwn(this, name) ? this[name] : undefined;
  }

  toJSON() {
    return PrivateState.notes(this)?.big ? withoutBigints(this) : this;
  }
}

module.exports = { Model, attach };

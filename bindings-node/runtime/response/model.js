'use strict';

// The base class of the objects in responses, and the private state behind each of them.

const { isProxy } = require('node:util').types;

const native = require('../../native.js');

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

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

/** The masked copies, which inspect shows as they are. */
const copies = new WeakSet();

/** Whether a value may have come from JSON. Other objects that a program adds to a response are not copied. */
function isData(value) {
  if (typeof value !== 'object' || value === null || isProxy(value)) return false;
  if (Array.isArray(value) || value instanceof Model) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function maskedValue(value, seen) {
  if (typeof value === 'string') return native.redactText(value);
  return isData(value) ? maskedCopy(value, seen) : value;
}

/** A copy for inspect, of the same class and with the same properties, whose secrets are masked. */
function maskedCopy(object, seen = new Map()) {
  if (seen.has(object)) return seen.get(object);
  const copy = Array.isArray(object) ? [] : {};
  seen.set(object, copy);
  for (const key of Reflect.ownKeys(object)) {
    const property = Reflect.getOwnPropertyDescriptor(object, key);
    if (property.value === inspected) continue;
    if ('value' in property) property.value = maskedValue(property.value, seen);
    Object.defineProperty(copy, typeof key === 'string' ? native.redactText(key) : key, property);
  }
  if (object instanceof Model) {
    attach(copy, PrivateState.response(object), PrivateState.notes(object));
    copies.add(copy);
  }
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(object));
}

/** For inspect, which formats the copy itself: with the depth, the colors and the indentation of the place. */
function inspected() {
  return copies.has(this) ? this : maskedCopy(this);
}

/** Has inspect mask the secrets of a value that is of no model, such as a new API key. */
function maskForInspect(value) {
  if (!isData(value)) return;
  Object.defineProperty(value, INSPECT, { value: inspected, configurable: true, writable: true });
  for (const field of Object.values(value)) maskForInspect(field);
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

  /** What console.log shows: the same as for any object, with API keys and webhook secrets masked. */
  [INSPECT]() {
    return inspected.call(this);
  }
}

module.exports = { Model, attach, maskForInspect };

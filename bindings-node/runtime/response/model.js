'use strict';

// Answers: the objects that JSON.parse made, given their class and, out of sight, what
// is known about the call they came from.

const native = require('../../native.js');
const { errors } = require('../errors.js');

/** What is known about a call: read from its text when somebody asks. */
class LastResponse {
  #text;
  #facts;

  constructor(text) {
    this.#text = text;
  }

  get #read() {
    return (this.#facts ??= JSON.parse(this.#text));
  }

  get status() {
    return this.#read.status;
  }

  get headers() {
    return this.#read.headers;
  }

  get requestId() {
    return this.#read.requestId;
  }

  get idempotencyKey() {
    return this.#read.idempotencyKey;
  }

  get replayed() {
    return this.#read.replayed;
  }

  get warning() {
    return this.#read.warning;
  }

  get attempts() {
    return this.#read.attempts;
  }

  get history() {
    return this.#read.history;
  }

  toJSON() {
    return this.#read;
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) {
    return inspect(this.#read, options);
  }
}

class Same {
  constructor(object) {
    return object;
  }
}

/**
 * Private fields on an object that exists already: cheaper than a WeakMap, and seen
 * neither by JSON, nor by inspect, nor by structuredClone.
 */
class Behind extends Same {
  #response;
  #marks;

  constructor(object, response, marks) {
    super(object);
    this.#response = response;
    this.#marks = marks;
  }

  static response(object) {
    return #response in object ? object.#response : null;
  }

  static marks(object) {
    return #marks in object ? object.#marks : undefined;
  }
}

/** Bigints as text, for JSON, which has none. */
function withoutBigints(value) {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutBigints(field)]));
  }
  return value;
}

/** The base of what the server answers. Its properties are the API's own fields. */
class Model {
  get lastResponse() {
    return Behind.response(this);
  }

  original(name) {
    const originals = Behind.marks(this)?.originals;
    if (originals !== undefined && Object.hasOwn(originals, name)) return originals[name];
    return Object.hasOwn(this, name) ? this[name] : undefined;
  }

  toJSON() {
    return Behind.marks(this)?.big ? withoutBigints(this) : this;
  }
}

/** The error for a create that was answered with an unpaid invoice (`answer`) instead of a session. */
function unpaid(answer) {
  const { blocking_invoice: invoice, reason, lastResponse } = answer;
  const number = invoice?.invoice_number ?? invoice?.invoice_id;
  const named = typeof number === 'string' ? number : undefined;
  return new errors.PaymentRequiredError(native.paymentRequired(named), {
    ...lastResponse?.toJSON(),
    code: reason,
    outcome: 'final',
    operation: 'create_checkout_session',
    paymentRequired: answer,
  });
}

/** The models by the number that the native half gives them. */
const classes = [];

/** The fields of a model that hold other models. */
const nestings = new Map();

function register(models, nested) {
  for (const name in nested) nestings.set(models[name], nested[name]);
  for (const [at, name] of native.models().entries()) {
    classes[at] = models[name] ?? Model;
  }
}

function dress(object, type, response, marked) {
  const nested = nestings.get(type);
  if (nested !== undefined) {
    for (const name in nested) {
      const inner = object[name];
      if (Array.isArray(inner)) {
        for (const item of inner) dressInner(item, nested[name], response, marked);
      } else {
        dressInner(inner, nested[name], response, marked);
      }
    }
  }
  // The fields first: the other way round is three times slower.
  new Behind(object, response, marked?.get(object));
  Object.setPrototypeOf(object, type.prototype);
  return object;
}

function dressInner(value, type, response, marked) {
  if (value !== null && typeof value === 'object') dress(value, type, response, marked);
}

/** What the notes say, by object; bigints are put in their places. */
function mark(notes, root) {
  const marked = new Map();
  const of = (object) => {
    if (!marked.has(object)) marked.set(object, { originals: undefined, big: false });
    return marked.get(object);
  };
  for (const [path, what] of JSON.parse(notes)) {
    const chain = [root];
    for (const step of path) chain.push(chain.at(-1)?.[step]);
    if (what === 0) {
      const place = chain.at(-2);
      const name = path.at(-1);
      if (typeof place?.[name] === 'string' && /^-?\d+$/.test(place[name])) {
        place[name] = BigInt(place[name]);
        for (const object of chain.slice(1, -1)) of(object).big = true;
      }
    } else if (chain.at(-1) !== undefined) {
      of(chain.at(-1)).originals = what;
    }
  }
  return marked;
}

/** One object of a model. */
function readOne(outcome) {
  const roots = [JSON.parse(outcome.text)];
  const marked = outcome.notes === undefined ? undefined : mark(outcome.notes, roots);
  const response = outcome.facts === undefined ? null : new LastResponse(outcome.facts);
  return dress(roots[0], classes[outcome.model], response, marked);
}

/** The members of a page, with its rows as objects of `type`. */
function readPage(outcome, type) {
  const { text } = outcome;
  const page = JSON.parse(typeof text === 'string' ? text : text.at(-1));
  // A long page comes in parts, which are lists of rows.
  if (typeof text !== 'string')
    page.data = [...text.slice(0, -1).flatMap((part) => JSON.parse(part)), ...page.data];
  const marked = outcome.notes === undefined ? undefined : mark(outcome.notes, page.data);
  const response = new LastResponse(outcome.facts);
  for (const row of page.data) dress(row, type, response, marked);
  return [page, response];
}

/** Any value; an object or a list can be asked for its `lastResponse`. */
function readAny(outcome) {
  const roots = [outcome.text === '' ? undefined : JSON.parse(outcome.text)];
  if (outcome.notes !== undefined) mark(outcome.notes, roots);
  const [value] = roots;
  if (value !== null && typeof value === 'object') {
    Object.defineProperty(value, 'lastResponse', {
      value: new LastResponse(outcome.facts),
      configurable: true,
    });
  }
  return value;
}

module.exports = { LastResponse, Model, register, unpaid, readOne, readPage, readAny };

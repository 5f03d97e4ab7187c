'use strict';

// From the JSON of a call's result to objects of the right class.

const native = require('../../native.js');
const { LastResponse } = require('./lastResponse.js');
const { Model, attach, maskForInspect } = require('./model.js');

/** The model classes, by the number that the native library gives each model. */
const classes = [];

/** The class of a field by the value of another field: `{value: class}`. */
class OneOf {
  constructor(by, classes) {
    this.by = by;
    this.classes = new Map(Object.entries(classes));
  }
}

/** The fields of a model class that contain other models: class to `{field: class}`. */
const nestedFields = new Map();

/** Registers the generated models, and the classes of their nested fields. */
function register(models, nested) {
  for (const name in nested) nestedFields.set(models[name], nested[name]);
  for (const [at, name] of native.models().entries()) {
    classes[at] = models[name] ?? Model;
  }
}

/** Makes a parsed object and its nested objects instances of their classes. */
function instantiate(object, model, response, notes) {
  const nested = nestedFields.get(model);
  if (nested !== undefined) {
    for (const name in nested) {
      const inner = object[name];
      let type = nested[name];
      if (type instanceof OneOf) type = type.classes.get(object[type.by]);
      if (type === undefined) continue;
      if (Array.isArray(inner)) {
        for (const item of inner) instantiateNested(item, type, response, notes);
      } else {
        instantiateNested(inner, type, response, notes);
      }
    }
  }
  // The private fields before the prototype: the other order is three times slower.
  attach(object, response, notes?.get(object));
  Object.setPrototypeOf(object, model.prototype);
  return object;
}

function instantiateNested(value, type, response, notes) {
  if (value !== null && typeof value === 'object') instantiate(value, type, response, notes);
}

/**
 * Applies the notes of the native library: `[path, 0]` marks an integer that becomes a bigint,
 * `[path, originals]` has the values of an object as the server sent them. Returns the notes by
 * object.
 */
function applyNotes(list, root) {
  const notes = new Map();
  const notesOf = (object) => {
    if (!notes.has(object)) notes.set(object, { originals: undefined, big: false });
    return notes.get(object);
  };
  for (const [path, note] of list) {
    const chain = [root];
    for (const step of path) chain.push(chain.at(-1)?.[step]);
    if (note === 0) {
      const parent = chain.at(-2);
      const name = path.at(-1);
      if (typeof parent?.[name] === 'string' && /^-?\d+$/.test(parent[name])) {
        parent[name] = BigInt(parent[name]);
        for (const object of chain.slice(1, -1)) notesOf(object).big = true;
      }
    } else if (chain.at(-1) !== undefined) {
      notesOf(chain.at(-1)).originals = note;
    }
  }
  return notes;
}

/** One object of a model. */
function readOne(result) {
  const roots = [JSON.parse(result.json)];
  const notes = result.notes === undefined ? undefined : applyNotes(JSON.parse(result.notes), roots);
  const response = result.metadata === undefined ? null : new LastResponse(result.metadata);
  return instantiate(roots[0], classes[result.model], response, notes);
}

/** The last object of a wait that ended too early, from the fields of its error. */
function readLast({ last, lastModel, lastNotes }) {
  const roots = [last];
  const notes = lastNotes === undefined ? undefined : applyNotes(lastNotes, roots);
  return instantiate(roots[0], classes[lastModel], null, notes);
}

/** A page as `[members, response]`, with its rows as objects of `type`. */
function readPage(result, type) {
  const { json } = result;
  const page = JSON.parse(typeof json === 'string' ? json : json.at(-1));
  // A long page comes in parts, which are lists of rows.
  if (typeof json !== 'string')
    page.data = [...json.slice(0, -1).flatMap((part) => JSON.parse(part)), ...page.data];
  const notes = result.notes === undefined ? undefined : applyNotes(JSON.parse(result.notes), page.data);
  const response = new LastResponse(result.metadata);
  for (const row of page.data) instantiate(row, type, response, notes);
  return [page, response];
}

/** Any value. An object or a list has a `lastResponse` that is not enumerable. */
function readAny(result) {
  const roots = [result.json === '' ? undefined : JSON.parse(result.json)];
  if (result.notes !== undefined) applyNotes(JSON.parse(result.notes), roots);
  const [value] = roots;
  if (value !== null && typeof value === 'object') {
    Object.defineProperty(value, 'lastResponse', {
      value: new LastResponse(result.metadata),
      configurable: true,
    });
    maskForInspect(value);
  }
  return value;
}

module.exports = { OneOf, register, readOne, readPage, readAny, readLast };

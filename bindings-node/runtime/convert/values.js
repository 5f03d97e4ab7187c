'use strict';

// Checks of the caller's values before they are written as JSON. JSON.stringify writes a Map, a
// Promise or a FormData as {}, an invalid date as null, and drops functions; here each is
// refused with its type and the path of its field. The checks also work for objects of another
// realm, such as those of a Jest test.

const { types } = require('node:util');

/** Maximum depth of nesting. */
const MAX_DEPTH = 200;

/** Why a value cannot be sent. Each enclosing value adds a step at the front of the path. */
class Refusal extends Error {
  path = [];
}

/** A Refusal for anything thrown by a check, or by a getter or a toJSON of the caller's. */
function refusalFrom(cause) {
  return cause instanceof Refusal ? cause : new Refusal(`cannot be read: ${messageOf(cause)}`, { cause });
}

/** The same, with one more step at the front of the path. */
function refusalBelow(key, cause) {
  const refusal = refusalFrom(cause);
  refusal.path.unshift(key);
  return refusal;
}

function messageOf(cause) {
  try {
    return String(cause?.message ?? cause);
  } catch {
    return 'an error without a message';
  }
}

/** A path as JavaScript writes it: `line_items[0].metadata["my order"]`. */
function formatPath(path) {
  return path.reduce((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step)) return text === '' ? step : `${text}.${step}`;
    return `${text}[${JSON.stringify(step.length > 60 ? `${step.slice(0, 60)}...` : step)}]`;
  }, '');
}

/** The name of a value's type with its article, such as "a Map". */
function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  let name = typeof value;
  if (name === 'object') {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    const constructor = value.constructor?.name;
    const isNamed = typeof constructor === 'string' && constructor !== '';
    name = Buffer.isBuffer(value) || (tag === 'Object' && isNamed) ? constructor : tag;
  }
  return `${/^[aeioAEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** What to send in place of an object that JSON cannot express. */
function advice(value) {
  if (types.isPromise(value) || typeof value.then === 'function') return 'await it first';
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return 'give its bytes as a string';
  if (types.isSet(value)) return 'give a list, such as [...set]';
  if (typeof value[Symbol.iterator] === 'function')
    return 'give a plain object or a list, such as Object.fromEntries(...)';
  return 'give a plain object';
}

/** Whether an object has fields, unlike a container or a handle whose content JSON.stringify drops. */
function hasFields(object) {
  if (object[Symbol.iterator] !== undefined || ArrayBuffer.isView(object)) return false;
  const parent = Object.getPrototypeOf(object);
  if (parent === null || parent === Object.prototype) return true;
  if (object[Symbol.asyncIterator] !== undefined || typeof object.then === 'function') return false;
  if (types.isMap(object) || types.isSet(object) || types.isPromise(object) || types.isNativeError(object))
    return false;
  if (Object.keys(object).length > 0) return true;
  // A plain object of another realm.
  return (
    Object.getPrototypeOf(parent) === null && Object.prototype.toString.call(object) === '[object Object]'
  );
}

/** Returns `value` if it is an object of fields, and throws a Refusal otherwise. */
function fields(value) {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && hasFields(value)) return value;
  const why =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? `; ${advice(value)}`
      : '; give a plain object';
  throw new Refusal(`is ${kindOf(value)}${why}`);
}

/** The primitive in a wrapper such as `new Number(5)`. */
function unboxed(value) {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}

/**
 * A value that JSON.stringify writes without loss: a number that JSON does not have becomes a
 * tagged string (src/convert/input.rs reads the tags). An object that needs no change is
 * returned as it is.
 */
function jsonValue(value, key, within) {
  switch (typeof value) {
    case 'string':
      return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
    case 'number':
      return Number.isFinite(value) ? value : `\0n${value}`;
    case 'bigint':
      return `\0n${value}`;
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : composite(value, key, within);
    default:
      throw new Refusal(`is ${kindOf(value)}, which cannot be sent`);
  }
}

function composite(value, key, within) {
  if (types.isBoxedPrimitive(value)) return jsonValue(unboxed(value), key, within);
  if (types.isDate(value) && Number.isNaN(Date.prototype.getTime.call(value))) {
    throw new Refusal('is an invalid date');
  }
  if (within.includes(value)) throw new Refusal('refers to an object that it is part of');
  if (within.length === MAX_DEPTH) throw new Refusal(`is nested deeper than ${MAX_DEPTH} levels`);
  let shown = value;
  if (typeof value.toJSON === 'function' && !ArrayBuffer.isView(value)) {
    shown = value.toJSON(key);
    if (shown === null || shown === undefined) {
      throw new Refusal(`is ${kindOf(value)} whose toJSON() gives ${shown}`);
    }
    if (typeof shown !== 'object') return jsonValue(shown, key, within);
  }
  within.push(value);
  const result = Array.isArray(shown) ? items(shown, within) : members(fields(shown), within);
  within.pop();
  return result;
}

function items(list, within) {
  let copy;
  for (let at = 0; at < list.length; at++) {
    let item;
    try {
      item = jsonValue(list[at], String(at), within);
    } catch (cause) {
      throw refusalBelow(at, cause);
    }
    if (item !== list[at]) copy ??= Array.from(list);
    if (copy !== undefined) copy[at] = item;
  }
  return copy ?? list;
}

function members(object, within) {
  let copy;
  for (const name of Object.keys(object)) {
    let given;
    let member;
    try {
      given = object[name];
      // Left out, as JSON.stringify does.
      if (given === undefined) continue;
      member = jsonValue(given, name, within);
    } catch (cause) {
      throw refusalBelow(name, cause);
    }
    // No prototype, so that "__proto__" is a name like any other.
    if (member !== given) copy ??= Object.assign(Object.create(null), object);
    if (copy !== undefined) copy[name] = member;
  }
  return copy ?? object;
}

/** Throws a Refusal for a string with a lone surrogate, such as half of an emoji. */
function checkUnicode(value) {
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw new Refusal('has a lone surrogate, which is not Unicode text');
  } else if (value !== null && typeof value === 'object') {
    for (const name of Object.keys(value)) {
      const key = Array.isArray(value) ? Number(name) : name;
      if (/\p{Surrogate}/u.test(name)) {
        throw refusalBelow(key, new Refusal('is a name with a lone surrogate, which is not Unicode text'));
      }
      try {
        checkUnicode(value[name]);
      } catch (cause) {
        throw refusalBelow(key, cause);
      }
    }
  }
}

module.exports = { Refusal, checkUnicode, fields, formatPath, jsonValue, kindOf, refusalFrom };

'use strict';

// Values of the caller's before they are written as JSON. JSON.stringify writes a Map, a
// Promise or a FormData as {}, an invalid date as null, and drops functions: here each is
// refused with its type and the path of its field. The checks hold for objects of another
// realm too, such as those of a Jest test.

const { types } = require('node:util');

/** Deepest nesting of what is sent. */
const DEEPEST = 200;

/** Why a value cannot be sent. The path grows on the way out of the value. */
class Refusal extends Error {
  path = [];
}

/** The reason that a value gives, or its own code: a getter or a toJSON of the caller's that throws. */
function reason(cause) {
  return cause instanceof Refusal ? cause : new Refusal(`cannot be read: ${sentence(cause)}`, { cause });
}

/** The reason, with one more step of the path in front. */
function below(key, cause) {
  const refusal = reason(cause);
  refusal.path.unshift(key);
  return refusal;
}

function sentence(cause) {
  try {
    return String(cause?.message ?? cause);
  } catch {
    return 'an error without a message';
  }
}

/** A path as JavaScript writes it: `line_items[0].metadata["my order"]`. */
function written(path) {
  return path.reduce((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step)) return text === '' ? step : `${text}.${step}`;
    return `${text}[${JSON.stringify(step.length > 60 ? `${step.slice(0, 60)}...` : step)}]`;
  }, '');
}

/** The name of a value's type, with its article. */
function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  let name = typeof value;
  if (name === 'object') {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    const own = value.constructor?.name;
    name = Buffer.isBuffer(value) || (tag === 'Object' && typeof own === 'string' && own !== '') ? own : tag;
  }
  return `${/^[aeioAEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** What to do about it. */
function advice(value) {
  if (types.isPromise(value) || typeof value.then === 'function') return 'await it first';
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return 'give its bytes as a string';
  if (types.isSet(value)) return 'give a list, such as [...set]';
  if (typeof value[Symbol.iterator] === 'function')
    return 'give a plain object or a list, such as Object.fromEntries(...)';
  return 'give a plain object';
}

/** Whether an object is one of fields: not a container or a handle whose content JSON does not see. */
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

/** Gives `value` where it is an object of fields, and throws a Refusal otherwise. */
function fields(value) {
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && hasFields(value)) return value;
  const why =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? `; ${advice(value)}`
      : '; give a plain object';
  throw new Refusal(`is ${kindOf(value)}${why}`);
}

/** The value that a wrapper such as `new Number(5)` holds. */
function unboxed(value) {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}

/**
 * What JSON.stringify writes faithfully, for `value`: numbers that JSON does not have are
 * tagged strings. An object that needs no change is given back as it is.
 */
function faithful(value, key, within) {
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
  if (types.isBoxedPrimitive(value)) return faithful(unboxed(value), key, within);
  if (types.isDate(value) && Number.isNaN(Date.prototype.getTime.call(value))) {
    throw new Refusal('is an invalid date');
  }
  if (within.includes(value)) throw new Refusal('refers to an object that it is part of');
  if (within.length === DEEPEST) throw new Refusal(`is nested deeper than ${DEEPEST} levels`);
  let shown = value;
  if (typeof value.toJSON === 'function' && !ArrayBuffer.isView(value)) {
    shown = value.toJSON(key);
    if (shown === null || shown === undefined) {
      throw new Refusal(`is ${kindOf(value)} whose toJSON() gives ${shown}`);
    }
    if (typeof shown !== 'object') return faithful(shown, key, within);
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
      item = faithful(list[at], String(at), within);
    } catch (cause) {
      throw below(at, cause);
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
      member = faithful(given, name, within);
    } catch (cause) {
      throw below(name, cause);
    }
    // Without a prototype, "__proto__" is a name like any other.
    if (member !== given) copy ??= Object.assign(Object.create(null), object);
    if (copy !== undefined) copy[name] = member;
  }
  return copy ?? object;
}

/** Throws a Refusal for text that is not Unicode, which half of an emoji is. */
function checkText(value) {
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw new Refusal('has a lone surrogate, which is not Unicode text');
  } else if (value !== null && typeof value === 'object') {
    for (const name of Object.keys(value)) {
      const key = Array.isArray(value) ? Number(name) : name;
      if (/\p{Surrogate}/u.test(name)) {
        throw below(key, new Refusal('is a name with a lone surrogate, which is not Unicode text'));
      }
      try {
        checkText(value[name]);
      } catch (cause) {
        throw below(key, cause);
      }
    }
  }
}

module.exports = { Refusal, checkText, faithful, fields, kindOf, reason, written };

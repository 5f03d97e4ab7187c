'use strict';

// What goes to the native half, as JSON text. JSON has no NaN, no Infinity and no
// integers of any size; here they are tagged, so that the native half sends them exactly
// or refuses them.

const native = require('../../native.js');
const { errors } = require('../errors.js');
const { Refusal, checkText, faithful, fields, reason, written } = require('./values.js');

/** An error of `Type` with this message; a key that the caller misplaced is not shown. */
const refuse = (message, cause, Type = errors.ValidationError) =>
  new Type(native.redact(message), {}, cause && { cause });

/** The error for a method that was taken off its object. */
function detached(example) {
  return new errors.ConfigurationError(`a method was called without its object; call it as ${example}`);
}

/** Runs a check of what errors call `name`: what it refuses becomes an error of `Type`. */
function checked(name, Type, check) {
  try {
    return check();
  } catch (cause) {
    const { path, message, cause: original } = reason(cause);
    throw refuse(`${path.length === 0 ? name : written(path)} ${message}`, original, Type);
  }
}

/** Whether JSON.stringify alone writes an object faithfully. */
function isPlain(object) {
  if (object === null || typeof object !== 'object' || Object.getPrototypeOf(object) !== Object.prototype) {
    return false;
  }
  if (object.toJSON !== undefined || object[Symbol.iterator] !== undefined) return false;
  for (const name in object) {
    const value = object[name];
    switch (typeof value) {
      case 'string':
        if (value.charCodeAt(0) === 0) return false;
        break;
      case 'number':
        if (!Number.isFinite(value)) return false;
        break;
      case 'boolean':
      case 'undefined':
        break;
      default:
        if (value !== null) return false;
    }
  }
  return true;
}

/** Any value as JSON text; nothing for undefined. Errors call the whole of it `name`. */
function write(value, name = 'the value', Type = errors.ValidationError) {
  if (value === undefined) {
    return undefined;
  }
  return checked(name, Type, () => {
    const ready = isPlain(value) ? value : faithful(value, '', []);
    const text = JSON.stringify(ready);
    // JSON.stringify escapes a lone surrogate, and no other text this way.
    if (text === undefined) throw new Refusal('has a toJSON() that gives nothing the second time');
    if (text.includes('\\ud')) checkText(ready);
    return text;
  });
}

/** A copy of `value` where it is an object of fields, such as options. */
function object(value, name, Type = errors.ValidationError) {
  return checked(name, Type, () => ({ ...fields(value) }));
}

/** Gives `value` where it is a string that can be sent. */
function string(value, name, Type = errors.ValidationError) {
  return checked(name, Type, () => {
    if (typeof value !== 'string') throw new Refusal('must be a string');
    checkText(value);
    return value;
  });
}

module.exports = { checked, detached, object, refuse, string, write };

'use strict';

// The caller's values as JSON for the native library. JSON has no NaN, no Infinity and no
// integers of any size; here they become tagged strings, so that the core sends them exactly
// or refuses them.

const native = require('../../native.js');
const { errors } = require('../errors.js');
const { Refusal, checkUnicode, fields, formatPath, jsonValue, refusalFrom } = require('./values.js');

/** An error of `Type` with this message, from which API keys are removed. */
const refusal = (message, cause, Type = errors.ValidationError) =>
  new Type(native.redact(message), {}, cause && { cause });

/** The error for a method that is called without its object. */
function detachedMethodError(example) {
  return new errors.ConfigurationError(`a method was called without its object; call it as ${example}`);
}

/** Returns what `run` returns. What it throws becomes an error of `Type` about the value called `name`. */
function check(name, Type, run) {
  try {
    return run();
  } catch (cause) {
    const { path, message, cause: original } = refusalFrom(cause);
    throw refusal(`${path.length === 0 ? name : formatPath(path)} ${message}`, original, Type);
  }
}

/** Whether JSON.stringify writes an object without loss, so that it needs no copy. */
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

/** Any value as JSON; undefined for undefined. Errors about the whole value call it `name`. */
function toJson(value, name = 'the value', Type = errors.ValidationError) {
  if (value === undefined) {
    return undefined;
  }
  return check(name, Type, () => {
    const ready = isPlain(value) ? value : jsonValue(value, '', []);
    const json = JSON.stringify(ready);
    if (json === undefined) throw new Refusal('has a toJSON() that gives nothing the second time');
    // JSON.stringify writes `\ud` only for a lone surrogate, or for a backslash before "ud".
    if (json.includes('\\ud')) checkUnicode(ready);
    return json;
  });
}

/** A copy of `value`, which must be an object of fields, such as options. */
function object(value, name, Type = errors.ValidationError) {
  return check(name, Type, () => ({ ...fields(value) }));
}

/** The member `name` of an object of the caller's; undefined where there is none. */
function member(object, name, what) {
  return check(what, errors.ConfigurationError, () => object?.[name]);
}

/** Returns `value`, which must be a string of valid Unicode. */
function string(value, name, Type = errors.ValidationError) {
  return check(name, Type, () => {
    if (typeof value !== 'string') throw new Refusal('must be a string');
    checkUnicode(value);
    return value;
  });
}

module.exports = { check, detachedMethodError, member, object, refusal, string, toJson };

'use strict';

// What goes to the native half, as JSON text. JSON has no NaN, no Infinity and no
// integers of any size, and JSON.stringify drops or changes them without a word; here
// they are tagged, so that the native half sends them exactly or refuses them.

const { errors } = require('./errors.js');

const refuse = (message, cause) => new errors.ValidationError(message, {}, cause && { cause });

function tagged(key, value) {
  switch (typeof value) {
    case 'string':
      return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
    case 'number':
      return Number.isFinite(value) ? value : `\0n${value}`;
    case 'bigint':
      return `\0n${value}`;
    case 'function':
    case 'symbol':
      throw refuse(`${key || 'the value'} is a ${typeof value}, which cannot be sent`);
    case 'object': {
      const given = this[key];
      if (given instanceof Date && Number.isNaN(given.getTime())) {
        throw refuse(`${key} is not a valid date`);
      }
      if (value instanceof Map || value instanceof Set || value instanceof Promise) {
        throw refuse(`${key || 'the value'} is a ${value.constructor.name}; give a plain object or a list`);
      }
      return value;
    }
    default:
      return value;
  }
}

/** Whether JSON.stringify alone writes an object faithfully. */
function isPlain(object) {
  if (object === null || typeof object !== 'object' || typeof object.toJSON === 'function') {
    return false;
  }
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
  return !(object instanceof Map || object instanceof Set || object instanceof Promise);
}

/** Any value as JSON text; nothing for undefined. */
function write(value) {
  if (value === undefined) {
    return undefined;
  }
  try {
    return isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, tagged);
  } catch (cause) {
    if (cause instanceof errors.LomiError) throw cause;
    // A circle, or a toJSON or getter of the caller's that threw.
    throw refuse(`the value cannot be written as JSON: ${cause?.message ?? cause}`, cause);
  }
}

module.exports = { write, refuse };

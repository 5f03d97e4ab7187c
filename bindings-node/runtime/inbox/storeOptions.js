'use strict';

// The options and arguments of the stores.

const { errors } = require('../errors.js');
const { member } = require('../convert/json.js');

/** For how many milliseconds a timer may wait: beyond it, Node's timers would end at once. */
const LONGEST = 0x7fffffff;

/** Returns `value`, which must be a number above 0. */
function positive(name, value, Type = errors.ConfigurationError) {
  if (typeof value !== 'number' || !(value > 0) || value > LONGEST / 1000) {
    throw new Type(`${name} must be a number above 0`);
  }
  return value;
}

/** Throws for a table's name that would need quotes. */
function checkTable(table) {
  if (typeof table !== 'string' || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/.test(table)) {
    throw new errors.ConfigurationError("the table's name must be a plain name, such as shop.lomi_inbox");
  }
}

/** Throws where `object` lacks one of the methods; `message` says what to give. */
function checkMethods(object, methods, what, message) {
  for (const method of methods) {
    if (typeof member(object, method, what) !== 'function') throw new errors.ConfigurationError(message);
  }
}

module.exports = { checkMethods, checkTable, positive };

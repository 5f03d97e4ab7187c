'use strict';

// The options and arguments of the stores.

const { errors } = require('../errors.js');
const { message } = require('../message.js');
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
    throw new errors.ConfigurationError(message('table_not_plain', { example: 'shop.lomi_inbox' }));
  }
}

/** Throws where `object` lacks one of the methods; `wanted` says what to give. */
function checkMethods(object, methods, what, wanted) {
  for (const method of methods) {
    if (typeof member(object, method, what) !== 'function') throw new errors.ConfigurationError(wanted);
  }
}

module.exports = { checkMethods, checkTable, positive };

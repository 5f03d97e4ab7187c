'use strict';

// Idempotency keys that a caller can make again. The rules are the native half's.

const native = require('../native.js');
const { fromText } = require('./errors.js');
const { write } = require('./convert/json.js');

/** A value as the native half reads it. A number that has lost digits shows that it is a float. */
function text(value, name) {
  if (value === undefined) return 'null';
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER && Number.isFinite(value)) {
    return value.toExponential();
  }
  return write(value, name) ?? 'null';
}

/** The key for an attempt at one thing of yours, such as an order. */
function idempotencyKeyForOrder(order, attempt) {
  const { refused, key } = native.keyForOrder(text(order, 'the order'), text(attempt, 'the attempt'));
  if (typeof refused === 'string') throw fromText(refused);
  return key;
}

module.exports = { idempotencyKeyForOrder };

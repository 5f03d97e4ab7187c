'use strict';

// Idempotency keys that a caller can make again. The rule is the core's.

const native = require('../native.js');
const { toJson } = require('./convert/json.js');
const { errorFromJson } = require('./errors.js');

/** A value as JSON. A number that has lost digits is written as a float, so that the core refuses it. */
function keyPart(value, name) {
  if (value === undefined) return 'null';
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER && Number.isFinite(value)) {
    return value.toExponential();
  }
  return toJson(value, name) ?? 'null';
}

/** The idempotency key for an attempt at something of the caller's, such as an order. */
function idempotencyKeyForOrder(order, attempt) {
  const { refused, key } = native.keyForOrder(keyPart(order, 'the order'), keyPart(attempt, 'the attempt'));
  if (typeof refused === 'string') throw errorFromJson(refused);
  return key;
}

module.exports = { idempotencyKeyForOrder };

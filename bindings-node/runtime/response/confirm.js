'use strict';

const native = require('../../native.js');
const { errorFromJson } = require('../errors.js');

/** The function that makes the second call, by the object that asks for it. */
const secondCalls = new WeakMap();

/** Makes `object.confirm(options)` call `send(options)`. */
function setConfirmation(object, send) {
  secondCalls.set(object, send);
}

/** Confirms the call that an object came from. */
async function confirm(object, options) {
  const send = secondCalls.get(object);
  if (send === undefined) throw errorFromJson(native.nothingToConfirm());
  return send(options);
}

module.exports = { confirm, setConfirmation };

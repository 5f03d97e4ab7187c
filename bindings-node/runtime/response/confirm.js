'use strict';

const native = require('../../native.js');
const { errorFromJson } = require('../errors.js');

/** The functions that confirm the calls whose responses ask for it, by response object. */
const calls = new WeakMap();

/** Makes `object.confirm()` call `send`. */
function setConfirmation(object, send) {
  calls.set(object, send);
}

/** Confirms the call that an object came from. */
async function confirm(object) {
  const send = calls.get(object);
  if (send === undefined) throw errorFromJson(native.nothingToConfirm());
  return send();
}

module.exports = { confirm, setConfirmation };

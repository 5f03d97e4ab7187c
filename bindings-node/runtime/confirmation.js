'use strict';

// Calls that the server may ask to confirm: no money has moved before.

const { errors } = require('./errors.js');
const { models } = require('../lib/models.js');
const { check } = require('./convert/json.js');
const { CALL_OPTIONS } = require('./convert/options.js');
const { Refusal } = require('./convert/values.js');
const { Resource } = require('./resource.js');
const { setConfirmation } = require('./response/confirm.js');

const CONFIRMABLE_OPTIONS = new Set([...CALL_OPTIONS, 'confirm']);

function checkConfirm(confirm) {
  if (typeof confirm !== 'function') throw new Refusal('must be a function');
}

/** Takes `confirm` out of the options of a call. */
function split(options) {
  if (options === undefined || options === null || typeof options !== 'object' || !('confirm' in options)) {
    return [undefined, options];
  }
  const { confirm, ...others } = options;
  if (confirm === undefined || confirm === null) return [undefined, others];
  check('confirm', errors.ValidationError, () => checkConfirm(confirm));
  return [confirm, others];
}

/** A call whose response is one object, or asks to confirm the call. */
async function confirmable(resource, number, parts, options) {
  const [confirm, others] = split(options);
  const [object, confirmCall] = await Resource.first(resource, number, parts, others, CONFIRMABLE_OPTIONS);
  if (!(object instanceof models.ConfirmationRequired)) return object;
  setConfirmation(object, () => confirmCall(object.confirmation_token));
  // The caller decides; nothing is confirmed without a true.
  return confirm !== undefined && (await confirm(object)) === true ? object.confirm() : object;
}

module.exports = { confirmable };

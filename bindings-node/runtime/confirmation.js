'use strict';

// Calls that the server may ask to confirm: until then no money has moved.

const { models } = require('../lib/models.js');
const { errors } = require('./errors.js');
const { check, object } = require('./convert/json.js');
const { CALL_OPTIONS, callOptions } = require('./convert/options.js');
const { Refusal } = require('./convert/values.js');
const { Resource } = require('./resource.js');
const { setConfirmation } = require('./response/confirm.js');

const CONFIRMABLE_OPTIONS = new Set([...CALL_OPTIONS, 'confirm']);
const CONFIRM_OPTIONS = new Set(['signal']);

/** The text, or undefined for any other value: the core refuses a token that is not there. */
const text = (value) => (typeof value === 'string' ? value : undefined);

function checkConfirm(confirm) {
  if (typeof confirm !== 'function') throw new Refusal('must be a function');
}

/** Takes `confirm` out of the options of a call. */
function split(given) {
  if (given === undefined || given === null) return [undefined, given];
  const { confirm, ...others } = object(given, 'the options of a call');
  if (confirm === undefined || confirm === null) return [undefined, others];
  check('confirm', errors.ValidationError, () => checkConfirm(confirm));
  return [confirm, others];
}

/** A call whose response is one object, or asks to confirm the call. */
async function confirmable(resource, number, parts, options) {
  const [confirm, others] = split(options);
  const [first, call] = await Resource.first(resource, number, parts, others, CONFIRMABLE_OPTIONS);
  if (!(first instanceof models.ConfirmationRequired)) return first;
  const key = first.lastResponse?.idempotencyKey ?? undefined;
  const token = text(first.confirmation_token);
  // A caller who confirms later may have set a time limit for the first call with its signal.
  setConfirmation(first, async (given) =>
    Resource.second(call, key, token, callOptions(given, CONFIRM_OPTIONS).signal),
  );
  // The caller decides: nothing but true confirms.
  if (confirm === undefined || (await confirm(first)) !== true) return first;
  return Resource.second(call, key, token, call.signal);
}

module.exports = { confirmable };

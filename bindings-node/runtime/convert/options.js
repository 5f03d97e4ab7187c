'use strict';

// Options by name. An unknown name is an error that suggests the nearest one; it is never ignored.

const native = require('../../native.js');
const { errors } = require('../errors.js');
const { headersObject } = require('./headers.js');
const { check, object, refusal, string, toJson } = require('./json.js');
const { Refusal } = require('./values.js');

/** The options of one call. */
const CALL_OPTIONS = new Set([
  'idempotencyKey',
  'timeout',
  'attemptTimeout',
  'connectTimeout',
  'idleTimeout',
  'maxRetries',
  'headers',
  'signal',
  'apiKey',
  'account',
  'requestId',
  'extraBody',
]);

/** The options of a download. */
const DOWNLOAD_OPTIONS = new Set([
  'to',
  'maxBytes',
  'timeout',
  'attemptTimeout',
  'connectTimeout',
  'idleTimeout',
  'maxRetries',
  'signal',
]);

/** The options of a wait. */
const WAIT_OPTIONS = new Set([...CALL_OPTIONS, 'until']);

/** Throws an error of `Type` for the first name that is not one of `names`. */
function checkNames(options, names, Type) {
  for (const name of Object.keys(options)) {
    if (names.has(name)) continue;
    const all = [...names];
    const nearest = native.nearest(name, all);
    const hint = typeof nearest === 'string' ? `did you mean ${nearest}?` : `there are ${all.join(', ')}`;
    throw refusal(`there is no option ${name}; ${hint}`, undefined, Type);
  }
}

/** A copy of options, with their names checked. Errors about the whole object call it `what`. */
function checkedOptions(given, names, what, Type = errors.ValidationError) {
  const options = object(given, what, Type);
  checkNames(options, names, Type);
  return options;
}

/** The same for options that may be left out. */
function optionalOptions(given, names, what, Type) {
  return given === undefined || given === null ? {} : checkedOptions(given, names, what, Type);
}

function checkSignal(signal) {
  const { addEventListener, removeEventListener } = signal;
  if (typeof addEventListener !== 'function' || typeof removeEventListener !== 'function') {
    throw new Refusal('must be an AbortSignal');
  }
}

/** Throws for a key that is not a string, before another check could show its value in a message. */
function checkKey(apiKey, Type) {
  if (apiKey !== undefined && apiKey !== null) string(apiKey, 'the API key', Type);
}

function hasValue(options) {
  for (const name in options) if (options[name] !== undefined) return true;
  return false;
}

/** The options of one call as JSON for the native library, and the signal. */
function callOptions(given, names = CALL_OPTIONS) {
  if (given === undefined || given === null) {
    return { json: undefined, signal: undefined };
  }
  const { signal, ...options } = object(given, 'the options of a call');
  checkNames(options, names, errors.ValidationError);
  if (signal !== undefined && signal !== null) {
    check('signal', errors.ValidationError, () => checkSignal(signal));
  }
  checkKey(options.apiKey);
  if (options.headers !== undefined) options.headers = headersObject(options.headers);
  const json = hasValue(options) ? toJson(options, 'the options of a call') : undefined;
  return { json, signal: signal ?? undefined };
}

/** A copy of a client's options, with their names checked. */
function clientOptions(given, names) {
  const options = checkedOptions(given, names, 'the options of a client', errors.ConfigurationError);
  for (const name of ['headers', 'proxyHeaders']) {
    if (options[name] !== undefined) {
      options[name] = headersObject(options[name], errors.ConfigurationError, name);
    }
  }
  checkKey(options.apiKey, errors.ConfigurationError);
  return options;
}

module.exports = {
  CALL_OPTIONS,
  DOWNLOAD_OPTIONS,
  WAIT_OPTIONS,
  callOptions,
  checkedOptions,
  clientOptions,
  optionalOptions,
};

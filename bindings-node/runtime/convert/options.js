'use strict';

// Options by name: an unknown one is an error that says which was meant, never ignored.

const native = require('../../native.js');
const { errors } = require('../errors.js');
const { Refusal, fields } = require('./values.js');
const { checked, object, refuse, string, write } = require('./json.js');

const CALL = new Set([
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

/** The sentence for an option that does not exist. */
function unknown(name, known) {
  const names = [...known];
  const meant = native.nearest(name, names);
  const hint = typeof meant === 'string' ? `; did you mean ${meant}?` : `; there are ${names.join(', ')}`;
  return `there is no option ${name}${hint}`;
}

/** Options that may be left out, with their names checked. */
function named(given, known, what, Type = errors.ValidationError) {
  if (given === undefined || given === null) return {};
  const options = object(given, what, Type);
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw refuse(unknown(name, known), undefined, Type);
  }
  return options;
}

/** Headers in any of the forms that fetch takes, as a plain object. */
function plainHeaders(headers, Type = errors.ValidationError) {
  if (headers === null || headers === undefined) return undefined;
  return checked('headers', Type, () => {
    const entries = headers[Symbol.iterator] === undefined ? Object.entries(fields(headers)) : headers;
    // Without a prototype, "__proto__" is a name like any other.
    const plain = Object.create(null);
    for (const entry of entries) {
      if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') {
        throw new Refusal('must be an object of names and values, or a list of [name, value]');
      }
      const [name, value] = entry;
      const number = value?.valueOf?.();
      if (typeof number === 'number' && !Number.isFinite(number)) {
        throw new Refusal(`must have finite numbers; ${name} is ${value}`);
      }
      // A name that comes twice is sent as fetch sends it.
      plain[name] = name in plain ? `${plain[name]}, ${value}` : value;
    }
    return plain;
  });
}

function checkSignal(signal) {
  const { addEventListener, removeEventListener } = signal;
  if (typeof addEventListener !== 'function' || typeof removeEventListener !== 'function') {
    throw new Refusal('must be an AbortSignal');
  }
}

/** Refuses a key that is no string, before a message could show what it says of itself. */
function checkKey(apiKey, Type) {
  if (apiKey !== undefined && apiKey !== null) string(apiKey, 'the API key', Type);
}

/** The options of one call: the text for the native half, and the signal. */
function forCall(options, known = CALL) {
  if (options === undefined || options === null) {
    return { text: undefined, signal: undefined };
  }
  const { signal, ...rest } = object(options, 'the options of a call');
  let any = false;
  for (const name of Object.keys(rest)) {
    if (!known.has(name)) throw refuse(unknown(name, known));
    any ||= rest[name] !== undefined;
  }
  if (signal !== undefined && signal !== null) {
    checked('signal', errors.ValidationError, () => checkSignal(signal));
  }
  checkKey(rest.apiKey);
  if (rest.headers !== undefined) rest.headers = plainHeaders(rest.headers);
  return { text: any ? write(rest, 'the options of a call') : undefined, signal: signal ?? undefined };
}

/** The settings of a client, with their names checked. */
function forClient(given, known) {
  const settings = object(given, 'the set-up of a client', errors.ConfigurationError);
  for (const name of Object.keys(settings)) {
    if (!known.has(name)) throw refuse(unknown(name, known), undefined, errors.ConfigurationError);
  }
  if (settings.headers !== undefined) {
    settings.headers = plainHeaders(settings.headers, errors.ConfigurationError);
  }
  checkKey(settings.apiKey, errors.ConfigurationError);
  return settings;
}

module.exports = { CALL, forCall, forClient, named };

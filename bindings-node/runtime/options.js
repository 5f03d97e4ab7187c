'use strict';

// Options by name: an unknown one is an error that says which was meant, never ignored.

const native = require('../native.js');
const { errors } = require('./errors.js');
const { refuse, write } = require('./write.js');

const CALL = new Set([
  'idempotencyKey',
  'timeout',
  'connectTimeout',
  'attemptTimeout',
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

/** Headers in any of the forms that fetch takes, as a plain object. */
function plainHeaders(headers) {
  if (headers !== null && typeof headers === 'object' && typeof headers[Symbol.iterator] === 'function') {
    return Object.fromEntries(headers);
  }
  return headers;
}

/** The options of one call: the text for the native half, and the signal. */
function forCall(options, known = CALL) {
  if (options === undefined || options === null) {
    return { text: undefined, signal: undefined };
  }
  if (typeof options !== 'object') {
    throw refuse('the options of a call are an object, such as {idempotencyKey, timeout, signal}');
  }
  const { signal, ...rest } = options;
  let any = false;
  for (const name of Object.keys(rest)) {
    if (!known.has(name)) throw refuse(unknown(name, known));
    any ||= rest[name] !== undefined;
  }
  if (signal !== undefined && signal !== null && typeof signal.addEventListener !== 'function') {
    throw refuse('signal has to be an AbortSignal');
  }
  if (rest.headers !== undefined) rest.headers = plainHeaders(rest.headers);
  return { text: any ? write(rest) : undefined, signal: signal ?? undefined };
}

/** The settings of a client, with their names checked. */
function forClient(given, known) {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new errors.ConfigurationError('a client is set up with an API key or with an object of options');
  }
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw new errors.ConfigurationError(unknown(name, known));
  }
  const settings = { ...given };
  if (settings.headers !== undefined) settings.headers = plainHeaders(settings.headers);
  return settings;
}

module.exports = { CALL, forCall, forClient };

'use strict';

// Options by name: an unknown one is an error that says which was meant, never ignored.

const { errors } = require('./errors.js');
const { refuse, write } = require('./write.js');

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
]);

function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1].toLowerCase() === b[j - 1].toLowerCase();
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The sentence for an option that does not exist. */
function unknown(name, known) {
  const plain = name.replaceAll('_', '');
  const [best] = [...known].sort((a, b) => distance(plain, a) - distance(plain, b));
  const hint =
    distance(plain, best) <= 3 ? `; did you mean ${best}?` : `; there are ${[...known].join(', ')}`;
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

'use strict';

// The log of calls, one entry per request, for the client's `logger`. Without one, lines on
// standard error where LOMI_LOG=info (or debug) is set. No bodies and no keys.

const { writeSync } = require('node:fs');

const native = require('../native.js');
const { errors } = require('./errors.js');

/** Separates the logger from a client's other settings: `[settings, logger or undefined]`. */
function splitLogger({ logger, ...settings }) {
  if (logger !== undefined && logger !== null && typeof logger !== 'function') {
    throw new errors.ConfigurationError('logger must be a function');
  }
  // Read once per client: reading process.env at each call costs more than a whole log entry.
  const fallback = native.isLogEnabled(process.env.LOMI_LOG ?? '') ? print : undefined;
  return [settings, logger ?? fallback];
}

function print({ method, route, status, failure, attempt, milliseconds, requestId }) {
  const line = `${method} ${route} ${status ?? failure} ${milliseconds} ms request ${requestId}`;
  // Not process.stderr: it reports a failed write later, where no caller can catch it.
  writeSync(2, `lomi: ${line} attempt ${attempt}\n`);
}

/** Passes each request of a call to the logger. What a logger throws does not reach the call. */
function logAttempts(logger, history = []) {
  history.forEach((request, at) => {
    try {
      const returned = logger({ ...request, attempt: at + 1 });
      // The same for an async logger that rejects.
      if (typeof returned?.then === 'function') returned.then(undefined, () => {});
    } catch {
      // The call continues.
    }
  });
}

/** Emits process warnings, as Node's own modules do. */
function emitWarnings(messages) {
  for (const message of messages) process.emitWarning(message, 'LomiWarning');
}

module.exports = { splitLogger, logAttempts, emitWarnings };

'use strict';

// The log: one entry per attempt for the client's `logger`, or one line on standard error where
// LOMI_LOG=info (or debug) is set. No bodies and no keys. Warnings are Node's process warnings.

const { writeSync } = require('node:fs');

/** The log entry for a response event. */
function toLogEntry({ method, route, status, error, elapsedMs, requestId, attempt }) {
  return { method, route, status, failure: error, milliseconds: elapsedMs, requestId, attempt };
}

function printEntry({ method, route, status, failure, attempt, milliseconds, requestId }) {
  // A successful response that could not be read has both a status and a failure.
  const result = [status, failure].filter((part) => part !== null).join(' ');
  const line = `${method} ${route} ${result} ${milliseconds} ms request ${requestId}`;
  try {
    // Not process.stderr: it reports a failed write later, where no caller can catch it.
    writeSync(2, `lomi: ${line} attempt ${attempt}\n`);
  } catch {
    // A log that cannot be written has no effect on the call.
  }
}

/** Emits process warnings, as Node's own modules do. */
function emitWarnings(messages) {
  for (const message of messages) process.emitWarning(message, 'LomiWarning');
}

module.exports = { toLogEntry, printEntry, emitWarnings };

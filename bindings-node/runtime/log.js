'use strict';

// What calls did, one entry per request, for the client's `logger`; without one, on
// standard error for who asks with LOMI_LOG=info (or debug). Never bodies, never keys.

const { writeSync } = require('node:fs');

const native = require('../native.js');
const { errors } = require('./errors.js');

/** Parts a client's settings: the others, and who hears of its calls, if anybody. */
function listener({ logger, ...settings }) {
  if (logger !== undefined && logger !== null && typeof logger !== 'function') {
    throw new errors.ConfigurationError('logger must be a function');
  }
  // Read once per client: reading the environment at each call would cost more than the
  // rest of what stands here.
  const asked = native.logIsAskedFor(process.env.LOMI_LOG ?? '') ? print : undefined;
  return [settings, logger ?? asked];
}

function print({ method, route, status, failure, attempt, milliseconds, requestId }) {
  const line = `${method} ${route} ${status ?? failure} ${milliseconds} ms request ${requestId}`;
  // Not process.stderr, which reports a failed write later, to nobody who could catch it.
  writeSync(2, `lomi: ${line} attempt ${attempt}\n`);
}

/** Tells of each request of a call. What a logger throws does not reach the call. */
function tell(logger, history = []) {
  history.forEach((request, at) => {
    try {
      const said = logger({ ...request, attempt: at + 1 });
      // An async logger's failure is no business of the call either.
      if (typeof said?.then === 'function') said.then(undefined, () => {});
    } catch {
      // The call goes on.
    }
  });
}

/** Warns of what is doubtful about a call, as Node's own modules warn. */
function warn(sentences) {
  for (const sentence of sentences) process.emitWarning(sentence, 'LomiWarning');
}

module.exports = { listener, tell, warn };

'use strict';

// What calls did, one entry per request, for the client's `logger`; without one, on
// standard error for who asks with LOMI_LOG=info (or debug). Never bodies, never keys.

const { errors } = require('./errors.js');

const loggers = new WeakMap();

/** Keeps the `logger` of a client's settings; gives the other settings. */
function keep({ logger, ...settings }) {
  if (logger !== undefined && logger !== null && typeof logger !== 'function') {
    throw new errors.ConfigurationError('logger has to be a function');
  }
  return [settings, logger ?? undefined];
}

/** Who hears of the calls of a native client, if anybody. */
function listener(client) {
  const logger = loggers.get(client);
  if (logger !== undefined) return logger;
  const { LOMI_LOG } = process.env;
  return LOMI_LOG === 'info' || LOMI_LOG === 'debug' ? print : undefined;
}

function print({ method, route, status, failure, attempt, milliseconds, requestId }) {
  const line = `${method} ${route} ${status ?? failure} ${milliseconds} ms request ${requestId}`;
  process.stderr.write(`lomi: ${line} attempt ${attempt}\n`);
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

module.exports = { keep, listener, loggers, tell };

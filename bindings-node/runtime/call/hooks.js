'use strict';

// The hooks of a client: functions of the caller's that get an event before each request of a call
// and after each attempt. The log gets the same events. A hook runs in the async context of the
// call that it observes, so that a tracer finds the caller's span.

const { AsyncResource } = require('node:async_hooks');
const { types } = require('node:util');

const native = require('../../native.js');
const { errors } = require('../errors.js');
const { emitWarnings, printEntry, toLogEntry } = require('../log.js');
const { variable } = require('../variable.js');

/** The tags of events, as in src/response/event.rs. */
const REQUEST = 5;
const RESPONSE = 6;

function isEvent(tag) {
  return tag === REQUEST || tag === RESPONSE;
}

/** The hooks of one client. */
class Hooks {
  /** `onResponse` are the functions for response events: the hook and the log. */
  constructor(onRequest, onResponse) {
    this.onRequest = onRequest;
    this.onResponse = onResponse;
  }

  isEmpty() {
    return this.onRequest.length === 0 && this.onResponse.length === 0;
  }

  /** A function that delivers the events of one call. It must be made when the call is made. */
  observer() {
    const caller = new AsyncResource('LomiCall');
    return (tag, json) => caller.runInAsyncScope(this.#deliver, this, tag, json);
  }

  #deliver(tag, json) {
    const event = Object.freeze(JSON.parse(json));
    for (const hook of tag === REQUEST ? this.onRequest : this.onResponse) hook(event);
  }
}

/** The caller's function of this name in a list, guarded; an empty list for none. */
function guardedHooks(name, hook) {
  if (hook === undefined || hook === null) return [];
  if (typeof hook !== 'function') throw new errors.ConfigurationError(`${name} must be a function`);
  if (types.isGeneratorFunction(hook)) {
    const message = `${name} must be a function that is not a generator: calling a generator runs nothing`;
    throw new errors.ConfigurationError(message);
  }
  const warn = warnOnce(name);
  return [
    (event) => {
      try {
        const returned = hook(event);
        // The same for an async function that rejects.
        if (typeof returned?.then === 'function') returned.then(undefined, warn);
      } catch (cause) {
        warn(cause);
      }
    },
  ];
}

/** A function that reports the first error of a hook as a process warning. It never throws. */
function warnOnce(name) {
  let isFirst = true;
  return (cause) => {
    if (!isFirst) return;
    isFirst = false;
    try {
      emitWarnings([native.redact(`${name} threw an error, which has no effect on calls: ${cause}`)]);
    } catch {
      // An error that cannot be shown.
    }
  };
}

/** Separates the hooks and the logger from a client's other settings: `[settings, hooks]`. */
function splitHooks({ onRequest, onResponse, logger, ...settings }) {
  const requestHooks = guardedHooks('onRequest', onRequest);
  const responseHooks = guardedHooks('onResponse', onResponse);
  const logs = guardedHooks('logger', logger).map((log) => (event) => log(toLogEntry(event)));
  // Read once per client: reading a variable at each call costs more than a whole log entry.
  if (logs.length === 0 && native.isLogEnabled(variable('LOMI_LOG') ?? '')) {
    logs.push((event) => printEntry(toLogEntry(event)));
  }
  return [settings, new Hooks(requestHooks, [...responseHooks, ...logs])];
}

module.exports = { splitHooks, isEvent };

'use strict';

// The JavaScript end of every call. The native library finishes calls in batches; each one
// resolves its own promise here. `finish` then throws the error or returns the result in the
// caller's async function, so that the stack of an error leads to the caller.

const native = require('../../native.js');
const { errors, errorFromJson } = require('../errors.js');
const { logAttempts, emitWarnings } = require('../log.js');

/** What a call ended with: the low bits of its tag, as in src/response/call_result.rs. */
const NOTHING = 0;
const ERROR = 4;

/** A bit of the tag: the response has a warning. */
const WARNED = 0x40;

/** The call id of an aborted signal: the call is checked and prepared, and never sent. */
const ABORTED = 0;

/** The `resolve` functions of the calls in flight, by call id. */
const inFlight = new Map();
let lastId = 0;
let queue;

/** How a call ended, as the native library describes it. Each part is JSON. */
class CallResult {
  constructor(tag, json, metadata, notes, signal) {
    this.tag = tag & 0x3f;
    this.warned = (tag & WARNED) !== 0;
    this.model = tag >>> 8;
    this.json = json;
    this.metadata = metadata;
    this.notes = notes;
    this.signal = signal;
  }
}

/** Resolves the calls of a batch: five arguments for each call. */
function resolveBatch(...batch) {
  for (let at = 0; at < batch.length; at += 5) {
    const resolve = inFlight.get(batch[at]);
    if (resolve !== undefined) {
      inFlight.delete(batch[at]);
      resolve(new CallResult(batch[at + 1], batch[at + 2], batch[at + 3], batch[at + 4]));
    }
  }
}

/** The queue through which the calls of this thread end. */
function callQueue() {
  return (queue ??= new native.CallQueue(resolveBatch));
}

/**
 * Starts a call. `send` gets the call id and returns the JSON of an error when the call cannot
 * be made.
 *
 * An aborted signal is passed to the native library, which can tell whether a request was sent.
 */
function dispatch(send, signal) {
  return new Promise((resolve) => {
    const refuse = (json) => resolve(new CallResult(ERROR, json, undefined, undefined, signal));
    if (signal?.aborted) {
      refuse(send(ABORTED));
      return;
    }
    lastId = lastId === 0xffffffff ? 1 : lastId + 1;
    const id = lastId;
    if (signal === undefined) {
      const refused = send(id);
      if (typeof refused === 'string') refuse(refused);
      else inFlight.set(id, resolve);
      return;
    }
    const abort = () => queue.abort(id);
    try {
      signal.addEventListener('abort', abort, { once: true });
    } catch (cause) {
      throw new errors.ValidationError('signal cannot be used: adding a listener failed', {}, { cause });
    }
    const refused = send(id);
    if (typeof refused === 'string') {
      signal.removeEventListener('abort', abort);
      refuse(refused);
      return;
    }
    inFlight.set(id, (result) => {
      signal.removeEventListener('abort', abort);
      result.signal = signal;
      resolve(result);
    });
  });
}

/** Returns the result of a call of `client`, or throws its error. Logs its attempts. */
function finish(client, result) {
  const { logger } = client;
  if (result.tag === ERROR) {
    const error = errorFromJson(result.json, result.signal);
    if (logger !== undefined) logAttempts(logger, error.history);
    throw error;
  }
  if (result.warned) emitWarnings([JSON.parse(result.metadata).warning]);
  if (logger !== undefined && typeof result.metadata === 'string') {
    logAttempts(logger, JSON.parse(result.metadata).history);
  }
  return result;
}

/** Emits the warnings that preparing a call gave, and returns `refused` as it is. */
function withWarnings(client, refused) {
  if (client.documented) emitWarnings(client.warnings());
  return refused;
}

/** The result of a native function that returns at once: a batch of one. Throws its error. */
function resultOf(batch) {
  const result = new CallResult(batch[1], batch[2], batch[3], batch[4]);
  if (result.tag === ERROR) throw errorFromJson(result.json);
  return result;
}

module.exports = { callQueue, dispatch, finish, resultOf, withWarnings, NOTHING };

'use strict';

// The JavaScript end of every call. The native library delivers events and results in batches;
// each result resolves the promise of its call here, after the events of the call. `finish` then
// throws the error or returns the result in the caller's async function, so that the stack of an
// error leads to the caller.

const native = require('../../native.js');
const { errors, errorFromJson } = require('../errors.js');
const { emitWarnings } = require('../log.js');
const { isEvent } = require('./hooks.js');

/** What a call ended with: the low bits of its tag, as in src/response/call_result.rs. */
const NOTHING = 0;
const ONE = 1;
const ERROR = 4;

/** A bit of the tag: the response has a warning. */
const WARNED = 0x40;

/** The call id of an aborted signal: the call is checked and prepared, and never sent. */
const ABORTED = 0;

/** The `resolve` functions of the calls in flight, by call id. */
const inFlight = new Map();

/** What gets the events of a call, by call id; only for clients with hooks. */
const observers = new Map();

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

/** Delivers a batch: five arguments for each event and each result. */
function deliverBatch(...batch) {
  for (let at = 0; at < batch.length; at += 5) {
    const id = batch[at];
    if (observers.size > 0 && isEvent(batch[at + 1])) {
      observers.get(id)?.(batch[at + 1], batch[at + 2]);
      continue;
    }
    const resolve = inFlight.get(id);
    if (resolve !== undefined) {
      inFlight.delete(id);
      if (observers.size > 0) observers.delete(id);
      resolve(new CallResult(batch[at + 1], batch[at + 2], batch[at + 3], batch[at + 4]));
    }
  }
}

/** The result of a call that was not made, because of the error in `json`. */
function refusal(json, signal) {
  return new CallResult(ERROR, json, undefined, undefined, signal);
}

/** Adds a call that was started. Its first event or result comes in a later turn of the event loop. */
function addCall(client, id, resolve) {
  inFlight.set(id, resolve);
  if (client.hooks !== undefined) observers.set(id, client.hooks.observer());
}

/** The queue that delivers the results of this thread's calls. */
function callQueue() {
  return (queue ??= new native.CallQueue(deliverBatch));
}

/**
 * Starts a call of `client`. Functions that are made for each call have no name of their own, here and
 * in callers: the bundler keeps names by defining a property, which costs more than the function.
 * `send` gets the call id and returns the JSON of an error when the call cannot be made.
 *
 * An aborted signal is passed to the native library, which can tell whether a request was sent.
 */
function dispatch(client, send, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve(refusal(send(ABORTED), signal));
      return;
    }
    lastId = lastId === 0xffffffff ? 1 : lastId + 1;
    const id = lastId;
    if (signal === undefined) {
      const refused = send(id);
      if (typeof refused === 'string') resolve(refusal(refused, signal));
      else addCall(client, id, resolve);
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
      resolve(refusal(refused, signal));
      return;
    }
    addCall(client, id, (result) => {
      signal.removeEventListener('abort', abort);
      result.signal = signal;
      resolve(result);
    });
  });
}

/** Returns the result of a call, or throws its error. */
function finish(result) {
  if (result.tag === ERROR) throw errorFromJson(result.json, result.signal);
  if (result.warned) emitWarnings([JSON.parse(result.metadata).warning]);
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

module.exports = { callQueue, dispatch, finish, resultOf, withWarnings, NOTHING, ONE };

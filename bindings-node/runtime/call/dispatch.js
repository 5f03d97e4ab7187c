'use strict';

// The JavaScript end of every call. The native half settles calls in batches; each
// settles its own promise here, and what it came to is read where the caller awaits it,
// so that an error's stack leads to the caller.

const native = require('../../native.js');
const { errors, fromText } = require('../errors.js');
const { tell, warn } = require('../log.js');

const NOTHING = 0;
const ONE = 1;
const PAGE = 2;
const ERROR = 4;

/** The number of a call that is prepared and never sent. */
const ABORTED = 0;

/** The calls that are under way, by number. */
const waiting = new Map();
let last = 0;
let port;

/** A bit of the tag: the response has a warning. */
const WARNED = 0x40;

class Outcome {
  constructor(tag, text, facts, notes, signal) {
    this.tag = tag & 0x3f;
    this.warned = (tag & WARNED) !== 0;
    this.model = tag >>> 8;
    this.text = text;
    this.facts = facts;
    this.notes = notes;
    this.signal = signal;
  }
}

/** Takes calls that ended, five arguments each. */
function settle(...batch) {
  for (let at = 0; at < batch.length; at += 5) {
    const resolve = waiting.get(batch[at]);
    if (resolve !== undefined) {
      waiting.delete(batch[at]);
      resolve(new Outcome(batch[at + 1], batch[at + 2], batch[at + 3], batch[at + 4]));
    }
  }
}

/** Where the calls of this thread settle. */
function door() {
  return (port ??= new native.Port(settle));
}

/**
 * Starts a call. `send` gets the call's number, and answers with the text of an error when
 * the call cannot be made. What it comes to is for `finish`,
 * in an async function of the caller's: only there an error's stack leads to who awaits it.
 *
 * An abort settles the call through the native half, which knows whether anything was sent.
 */
function dispatch(send, signal) {
  return new Promise((resolve) => {
    const refuse = (text) => resolve(new Outcome(ERROR, text, undefined, undefined, signal));
    if (signal?.aborted) {
      refuse(send(ABORTED));
      return;
    }
    last = last === 0xffffffff ? 1 : last + 1;
    const id = last;
    if (signal === undefined) {
      const refused = send(id);
      if (typeof refused === 'string') refuse(refused);
      else waiting.set(id, resolve);
      return;
    }
    const abort = () => port.abort(id);
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
    waiting.set(id, (outcome) => {
      signal.removeEventListener('abort', abort);
      outcome.signal = signal;
      resolve(outcome);
    });
  });
}

/** What a call of `client` came to; throws what it failed with. */
function finish(client, outcome) {
  const { logger } = client;
  if (outcome.tag === ERROR) {
    const error = fromText(outcome.text, outcome.signal);
    if (logger !== undefined) tell(logger, error.history);
    throw error;
  }
  if (outcome.warned) warn([JSON.parse(outcome.facts).warning]);
  if (logger !== undefined && typeof outcome.facts === 'string') {
    tell(logger, JSON.parse(outcome.facts).history);
  }
  return outcome;
}

/** Passes on what a native client said to a call, and warns of what is doubtful about it. */
function started(client, refused) {
  if (client.documented) warn(client.warnings());
  return refused;
}

/** What did not take a call: the outcome of a batch of one. */
function settled(batch) {
  const outcome = new Outcome(batch[1], batch[2], batch[3], batch[4]);
  if (outcome.tag === ERROR) throw fromText(outcome.text);
  return outcome;
}

module.exports = { dispatch, door, finish, settled, started, NOTHING, ONE, PAGE };

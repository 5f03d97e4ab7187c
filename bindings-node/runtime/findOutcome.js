'use strict';

// Finding out whether a call whose outcome is unknown was done. The native library says which calls to
// make, and what they show.

const native = require('../native.js');
const { dispatch, finish, resultOf, NOTHING, ONE } = require('./call/dispatch.js');
const { check, object, string } = require('./convert/json.js');
const { callOptions } = require('./convert/options.js');
const { Refusal, checkUnicode } = require('./convert/values.js');
const { LomiError, ValidationError } = require('./errors.js').errors;
const { readAny, readOne } = require('./response/read.js');

const FIND_OPTIONS = new Set(['knownIds', 'signal', 'timeout']);

/** What is known of the call: the `unknownCall` of an error, or the string itself. */
function unknownCall(errorOrJson) {
  const what = 'the error of a call or its unknownCall';
  const isError = check(what, ValidationError, () => errorOrJson instanceof LomiError);
  if (isError && errorOrJson.unknownCall === null) return undefined;
  return string(isError ? errorOrJson.unknownCall : errorOrJson, what);
}

function ids(given) {
  if (given === undefined || given === null) return [];
  return check('knownIds', ValidationError, () => {
    // The letters of a string would be read as ids.
    if (typeof given !== 'object' || given instanceof String || given[Symbol.iterator] === undefined) {
      throw new Refusal('must be a list of ids');
    }
    const all = [...given];
    for (const id of all) {
      if (typeof id !== 'string') throw new Refusal('must be a list of strings');
      checkUnicode(id);
    }
    return all;
  });
}

function split(given) {
  if (given === undefined || given === null) return [[], callOptions(undefined)];
  const { knownIds, ...options } = object(given, 'the options of findOutcome');
  return [ids(knownIds), callOptions(options, FIND_OPTIONS)];
}

function readObject(search, at) {
  const result = resultOf(search.object(at));
  if (result.tag === NOTHING) return null;
  return result.tag === ONE ? readOne(result) : readAny(result);
}

/** Makes the calls of a search with the native `client`, one after the other. */
async function findOutcome(client, errorOrJson, given) {
  const [knownIds, { json, signal }] = split(given);
  const known = unknownCall(errorOrJson);
  let search;
  try {
    search = new native.OutcomeSearch(known, knownIds);
  } catch (cause) {
    throw new ValidationError(cause.message, {}, { cause });
  }
  let found = search.step();
  while (typeof found !== 'string') {
    finish(await dispatch(client, (id) => client.find(id, search, json), signal));
    found = search.step();
  }
  const { outcome, objects, ...why } = JSON.parse(found);
  const all = Array.from({ length: objects }, (_, at) => readObject(search, at));
  if (outcome === 'done') return { outcome, object: all[0] };
  return outcome === 'ambiguous' ? { outcome, candidates: all, ...why } : { outcome };
}

module.exports = { findOutcome };

'use strict';

// A client's settings. The native library keeps them, and the key with them: no JavaScript
// object contains a key, so none can show one.

const native = require('../../native.js');
const { callQueue } = require('../call/dispatch.js');
const { splitHooks } = require('../call/hooks.js');
const { toJson } = require('../convert/json.js');
const { errors, errorFromJson } = require('../errors.js');
const { emitWarnings } = require('../log.js');

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A native client with these settings. `offline` answers in place of a server. */
function configure(settings, client = new native.Client(callQueue()), offline = undefined) {
  const [rest, hooks] = splitHooks(settings);
  const json = toJson(rest, 'the options of a client', errors.ConfigurationError);
  const wanted = [hooks.onRequest.length > 0, hooks.onResponse.length > 0];
  const refused = client.configure(json, ...wanted, offline);
  if (typeof refused === 'string') throw errorFromJson(refused);
  client.hooks = hooks.isEmpty() ? undefined : hooks;
  client.documented = rest.documented === true;
  emitWarnings(client.warnings());
  return client;
}

/** What JSON and console.log show of a client: no key. */
function summary(client) {
  return { baseUrl: client.baseUrl, apiKey: client.maskedKey ?? null };
}

/** Makes JSON and console.log show only the summary of a `Type`. */
function showSummary(Type, nativeOf) {
  Object.defineProperties(Type.prototype, {
    toJSON: {
      value() {
        return summary(nativeOf(this));
      },
    },
    [INSPECT]: {
      value(depth, options, inspect) {
        return `${Type.name} ${inspect(summary(nativeOf(this)), options)}`;
      },
    },
  });
}

module.exports = { configure, showSummary };

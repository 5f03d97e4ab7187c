'use strict';

// A client's settings. They live in the native half, the key with them: no JavaScript
// object holds a key, so none can show one.

const native = require('../../native.js');
const { door } = require('../call/dispatch.js');
const { errors, fromText } = require('../errors.js');
const { listener, warn } = require('../log.js');
const { write } = require('../convert/json.js');

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A native client with these settings. */
function configure(settings, client = new native.Client(door())) {
  const [rest, logger] = listener(settings);
  const refused = client.configure(write(rest, 'the set-up', errors.ConfigurationError));
  if (typeof refused === 'string') throw fromText(refused);
  client.logger = logger;
  client.documented = rest.documented === true;
  warn(client.warnings());
  return client;
}

/** What may be shown of a client. */
function shown(client) {
  return { baseUrl: client.baseUrl, apiKey: client.maskedKey ?? null };
}

/** Makes `type` show only what may be shown. */
function presentable(type, clientOf) {
  Object.defineProperties(type.prototype, {
    toJSON: {
      value() {
        return shown(clientOf(this));
      },
    },
    [INSPECT]: {
      value(depth, options, inspect) {
        return `${type.name} ${inspect(shown(clientOf(this)), options)}`;
      },
    },
  });
}

module.exports = { configure, presentable };

'use strict';

// What express.js, fastify.js, next.js and testing.js use of the runtime. They get it from
// index.js, because the published package contains the runtime only inside index.js.

const native = require('../native.js');
const { check, offlineClient } = require('./client/offline.js');
const { string, toJson } = require('./convert/json.js');
const { checkedOptions, optionalOptions } = require('./convert/options.js');
const receive = require('./webhooks/receive.js');

const offline = { check, native, offlineClient };

module.exports = { internal: { checkedOptions, optionalOptions, string, toJson, ...offline, ...receive } };

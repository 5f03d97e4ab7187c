'use strict';

// What express.js, fastify.js, next.js and testing.js use of the runtime. They get it from
// index.js, because the published package contains the runtime only inside index.js.

const { string } = require('./convert/json.js');
const { checkedOptions, optionalOptions } = require('./convert/options.js');
const receive = require('./webhooks/receive.js');

module.exports = { internal: { checkedOptions, optionalOptions, string, ...receive } };

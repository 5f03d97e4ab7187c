'use strict';

// Shared by the helpers for web frameworks: the raw body of a delivery, its event, and the
// response that refuses it. An invalid signature gets 400, which ends the delivery. A handler
// that fails and a configuration error get 500, after which lomi. repeats the delivery. The
// reason goes to the log and not into the response.

const { optionalOptions } = require('../convert/options.js');
const { errors } = require('../errors.js');
const { message } = require('../message.js');
const { webhooks } = require('./webhooks.js');

/** The header with the signature of a delivery. */
const SIGNATURE_HEADER = 'x-lomi-signature';

const ROUTE_OPTIONS = ['secret', 'maxAge', 'logger'];

/** Checks the options and the handler of a route when the route is made. `more` are further option names. */
function routeOptions(given, handler, more = []) {
  const names = new Set([...ROUTE_OPTIONS, ...more]);
  const { ConfigurationError } = errors;
  const options = optionalOptions(given, names, 'the options of a webhook route', ConfigurationError);
  if (typeof handler !== 'function') {
    throw new ConfigurationError('a webhook route needs a handler: (event) => {...}');
  }
  const { logger = warn } = options;
  if (typeof logger !== 'function') {
    throw new ConfigurationError('logger must be a function that takes a line of text');
  }
  return { ...options, logger };
}

function warn(line) {
  console.warn(`lomi: ${line}`);
}

/** Reads chunks into one buffer. Throws as soon as they exceed the maximum size. */
async function readAll(chunks) {
  const parts = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > webhooks.MAX_BODY) webhooks.bodyTooLarge();
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** Refuses a request by its Content-Length. Without one, `readAll` counts the bytes. */
function checkLength(length) {
  if (Number(length) > webhooks.MAX_BODY) webhooks.bodyTooLarge();
}

/** The raw body of a Node request, which a middleware may have put into `rawBody` or `body`. */
async function rawBody(request) {
  const { rawBody: raw, body, headers } = request;
  checkLength(headers?.['content-length']);
  if (Buffer.isBuffer(raw) || typeof raw === 'string') return raw;
  if (Buffer.isBuffer(body) || typeof body === 'string') return body;
  if (request.readableEnded || request.readableDidRead) {
    const how = message('route_before_json');
    throw new errors.ConfigurationError(message('body_parsed_before', { how }));
  }
  // Leaving the loop must not destroy the stream: the response to a large body needs the connection.
  return readAll(request.iterator?.({ destroyOnReturn: false }) ?? request);
}

/** The event of a delivery. `readBody` returns its bytes or throws. */
async function receive(readBody, signature, { secret, maxAge }) {
  const payload = await readBody();
  if (payload.length > webhooks.MAX_BODY) webhooks.bodyTooLarge();
  return webhooks.constructEvent(payload, signature, secret, { maxAge });
}

/** Logs an error of `receive` and returns the response to it. Throws an error that is not the sender's. */
function refusalOf(error, { logger }) {
  const refusal = webhooks.refusal(error);
  if (refusal === undefined) throw error;
  try {
    const returned = logger(message('refused_delivery', { why: error.message }));
    if (typeof returned?.then === 'function') returned.then(undefined, () => {});
  } catch {
    // What a logger throws does not change the response.
  }
  return refusal;
}

module.exports = { SIGNATURE_HEADER, checkLength, rawBody, readAll, receive, refusalOf, routeOptions };

'use strict';

// What the helpers for web frameworks share: the raw body of a delivery, its event, and
// the response that refuses it. A signature that is wrong is answered with 400, which ends
// the delivery; a handler that fails, or a set-up that cannot work, with 500, after
// which lomi. delivers again. The reason goes to the log and not into the response.

const errors = require('../../index.js');

const { webhooks } = errors;

/** Where the signature of a delivery stands. */
const HEADER = 'x-lomi-signature';

/** The options and the handler of a helper, checked when the route is made. */
function check(options, handler) {
  const { secret, maxAge, logger = warn } = options ?? {};
  if (typeof handler !== 'function') {
    throw new errors.ConfigurationError('a webhook route needs a handler: (event) => {...}');
  }
  if (typeof logger !== 'function') {
    throw new errors.ConfigurationError('logger must be a function that takes a line of text');
  }
  return { secret, maxAge, logger };
}

function warn(line) {
  console.warn(`lomi: ${line}`);
}

/** Reads chunks to their end, or up to the bound. */
async function gather(chunks) {
  const kept = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > webhooks.MAX_BODY) webhooks.bodyTooLarge();
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}

/** Refuses a request by the length that it says. What it does not say is counted. */
function checkLength(length) {
  if (Number(length) > webhooks.MAX_BODY) webhooks.bodyTooLarge();
}

/** The raw body of a request of Node's, wherever a middleware has put it. */
async function rawBody(request) {
  const { rawBody: kept, body, headers } = request;
  checkLength(headers?.['content-length']);
  if (Buffer.isBuffer(kept) || typeof kept === 'string') return kept;
  if (Buffer.isBuffer(body) || typeof body === 'string') return body;
  if (request.readableEnded || request.readableDidRead) {
    throw new errors.ConfigurationError(
      'the body was parsed before the webhook route saw it, and its signature cannot be checked any more: put ' +
        'the route before app.use(express.json()), or use express.json({verify: keepRawBody}), both of lomi/express',
    );
  }
  // The connection stays open for the response when the body is too large.
  return gather(request.iterator?.({ destroyOnReturn: false }) ?? request);
}

/** The event of a delivery. `body` gives its bytes, or throws. */
async function receive(body, signature, { secret, maxAge }) {
  const payload = await body();
  if (payload.length > webhooks.MAX_BODY) webhooks.bodyTooLarge();
  return webhooks.constructEvent(payload, signature, secret, { maxAge });
}

/** The response to what `receive` threw, which is logged; throws what no response is due to. */
function refuse(error, { logger }) {
  const refusal = webhooks.refusal(error);
  if (refusal === undefined) throw error;
  try {
    const said = logger(`refused a webhook delivery: ${error.message}`);
    if (typeof said?.then === 'function') said.then(undefined, () => {});
  } catch {
    // What a logger throws does not change the response.
  }
  return refusal;
}

module.exports = { HEADER, check, checkLength, gather, rawBody, receive, refuse };

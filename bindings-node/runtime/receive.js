'use strict';

// What the helpers for web frameworks share: the raw body of a delivery, its event, and
// the status to answer with. A signature that is wrong is answered with 400, which ends
// the delivery; a handler that fails, or a set-up that cannot work, with 500, after
// which lomi. delivers again.

const errors = require('../index.js');

const { webhooks } = errors;

/** Where the signature of a delivery stands. */
const HEADER = 'x-lomi-signature';

/** The most bytes of a delivery. */
const LARGEST = 1 << 20;

/** The options and the handler of a helper, checked when the route is made. */
function check(options, handler) {
  const { secret, maxAge } = options ?? {};
  if (typeof handler !== 'function') {
    throw new errors.ConfigurationError('a webhook route needs a handler: (event) => {...}');
  }
  return { secret, maxAge };
}

/** Reads a stream of Node's to its end. */
async function gather(stream) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST) throw new errors.WebhookPayloadError(`the body has more than ${LARGEST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The raw body of a request of Node's, wherever a middleware has put it. */
async function rawBody(request) {
  const { rawBody: kept, body } = request;
  if (Buffer.isBuffer(kept) || typeof kept === 'string') return kept;
  if (Buffer.isBuffer(body) || typeof body === 'string') return body;
  if (request.readableEnded || request.readableDidRead) {
    throw new errors.ConfigurationError(
      'the body was parsed before the webhook route saw it, and its signature cannot be checked any more: put ' +
        'the route before app.use(express.json()), or use express.json({verify: keepRawBody}), both of lomi/express',
    );
  }
  return gather(request);
}

/** The event of a delivery; or the status and the sentence to refuse it with. */
function receive(payload, signature, { secret, maxAge }) {
  try {
    return { event: webhooks.constructEvent(payload, signature, secret, { maxAge }) };
  } catch (error) {
    return { error, status: statusOf(error) };
  }
}

function statusOf(error) {
  const theirs =
    error instanceof errors.SignatureVerificationError || error instanceof errors.WebhookPayloadError;
  return theirs ? 400 : 500;
}

module.exports = { HEADER, check, rawBody, receive, statusOf };

'use strict';

// Webhooks in Next.js: a route of the app directory, or of anything else that is given a
// Request and gives a Response. For the pages directory there is `pagesWebhook`.

const express = require('./express.js');
const { webhooks } = require('./index.js');
const { HEADER, check, checkLength, gather, receive, refuse } = require('./runtime/webhooks/receive.js');

/** `export const POST = webhook({secret}, async (event, request) => {...})`. */
function webhook(options, handler) {
  const settings = check(options, handler);
  return async (request) => {
    let event;
    try {
      event = await receive(() => rawBytes(request), request.headers.get(HEADER), settings);
    } catch (error) {
      const { status, body } = refuse(error, settings);
      return answer(status, body);
    }
    const own = await handler(event, request);
    return own instanceof Response ? own : answer(200, '{"received":true}');
  };
}

/** The body of a Request, read no further than the bound. */
async function rawBytes(request) {
  checkLength(request.headers.get('content-length'));
  if (request.bodyUsed) webhooks.bodyAlreadyRead();
  return request.body === null ? Buffer.alloc(0) : gather(chunks(request.body));
}

async function* chunks(stream) {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) reader.cancel().catch(() => {});
  }
}

function answer(status, body) {
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
}

/** `export default pagesWebhook(...)`, beside `export const config = rawBody`. */
function pagesWebhook(options, handler) {
  const route = express.webhook(options, handler);
  return (request, response) =>
    route(request, response, (error) => {
      throw error;
    });
}

/** Tells Next to leave the body of a route in the pages directory alone. */
const rawBody = { api: { bodyParser: false } };

module.exports = { webhook, pagesWebhook, rawBody };

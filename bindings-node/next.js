'use strict';

// Webhooks in Next.js: a route of the app directory, or of any framework whose routes take a
// Request and return a Response. `pagesWebhook` is for the pages directory.

const express = require('./express.js');
const { internal, webhooks } = require('./index.js');

const { SIGNATURE_HEADER, checkLength, readAll, receive, refusalOf, routeOptions } = internal;

/** `export const POST = webhook({secret}, async (event, request) => {...})`. */
function webhook(options, handler) {
  const settings = routeOptions(options, handler);
  return async (request) => {
    let event;
    try {
      event = await receive(() => rawBytes(request), request.headers.get(SIGNATURE_HEADER), settings);
    } catch (error) {
      const { status, body } = refusalOf(error, settings);
      return jsonResponse(status, body);
    }
    const returned = await handler(event, request);
    return isResponse(returned) ? returned : jsonResponse(200, '{"received":true}');
  };
}

/** Whether a value is a Response, also one of another class than the global: a server may have its own. */
function isResponse(value) {
  return value instanceof Response || Object.prototype.toString.call(value) === '[object Response]';
}

/** The body of a Request, up to the maximum size. */
async function rawBytes(request) {
  checkLength(request.headers.get('content-length'));
  if (request.bodyUsed) webhooks.bodyAlreadyRead();
  return request.body === null ? Buffer.alloc(0) : readAll(chunks(request.body));
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

function jsonResponse(status, body) {
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

/** The route config with which Next.js does not parse the body of a route in the pages directory. */
const rawBody = { api: { bodyParser: false } };

module.exports = { webhook, pagesWebhook, rawBody };

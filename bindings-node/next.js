'use strict';

// Webhooks in Next.js: a route of the app directory, or of anything else that is given a
// Request and gives a Response. For the pages directory there is `pagesWebhook`.

const express = require('./express.js');
const { HEADER, check, receive } = require('./runtime/receive.js');

/** `export const POST = webhook({secret}, async (event, request) => {...})`. */
function webhook(options, handler) {
  const settings = check(options, handler);
  return async (request) => {
    const payload = Buffer.from(await request.arrayBuffer());
    const { event, error, status } = receive(payload, request.headers.get(HEADER), settings);
    if (event === undefined) {
      if (status === 500) throw error;
      return answer(status, { error: error.message });
    }
    const own = await handler(event, request);
    return own instanceof Response ? own : answer(200, { received: true });
  };
}

function answer(status, body) {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
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

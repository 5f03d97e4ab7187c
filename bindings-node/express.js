'use strict';

// Webhooks in Express (and in anything with Node's request and response).

const { HEADER, check, rawBody, receive, statusOf } = require('./runtime/receive.js');

/** A route's handler that calls `handler(event, request, response)` for each proven delivery. */
function webhook(options, handler) {
  const settings = check(options, handler);
  return async (request, response, next) => {
    let refusal;
    try {
      const payload = await rawBody(request);
      const { event, error, status } = receive(payload, request.headers[HEADER], settings);
      if (event !== undefined) {
        await handler(event, request, response);
        if (!response.headersSent) end(response, 200, { received: true });
        return;
      }
      refusal = { error, status };
    } catch (error) {
      refusal = { error, status: statusOf(error) };
    }
    if (refusal.status === 500 && typeof next === 'function') {
      next(refusal.error);
    } else if (!response.headersSent) {
      end(response, refusal.status, { error: refusal.error.message });
    }
  };
}

function end(response, status, body) {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

/** For `express.json({verify: keepRawBody})`: keeps the bytes of a body beside what was parsed of it. */
function keepRawBody(request, _response, bytes) {
  request.rawBody = bytes;
}

module.exports = { webhook, keepRawBody };

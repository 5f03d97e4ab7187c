'use strict';

// Webhooks in Express (and in anything with Node's request and response).

const { HEADER, check, rawBody, receive, refuse } = require('./runtime/webhooks/receive.js');

/** A route's handler that calls `handler(event, request, response)` for each proven delivery. */
function webhook(options, handler) {
  const settings = check(options, handler);
  return async (request, response, next) => {
    try {
      let event;
      try {
        event = await receive(() => rawBody(request), request.headers[HEADER], settings);
      } catch (error) {
        const { status, body } = refuse(error, settings);
        // Of a body that is too large, the rest is not read.
        if (status === 413 && !response.headersSent) response.setHeader('connection', 'close');
        end(response, status, body);
        return;
      }
      await handler(event, request, response);
      end(response, 200, '{"received":true}');
    } catch (error) {
      if (typeof next === 'function') next(error);
      else end(response, 500, '{"error":"internal error"}');
    }
  };
}

function end(response, status, body) {
  if (response.headersSent) return;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(body);
}

/** For `express.json({verify: keepRawBody})`: keeps the bytes of a body beside what was parsed of it. */
function keepRawBody(request, _response, bytes) {
  request.rawBody = bytes;
}

module.exports = { webhook, keepRawBody };

'use strict';

// Webhooks in Express, and in any framework with Node's request and response.

const { SIGNATURE_HEADER, rawBody, receive, refusalOf, routeOptions } = require('./index.js').internal;

/** A route handler that calls `handler(event, request, response)` for each verified delivery. */
function webhook(options, handler) {
  const settings = routeOptions(options, handler);
  return async (request, response, next) => {
    try {
      let event;
      try {
        event = await receive(() => rawBody(request), request.headers[SIGNATURE_HEADER], settings);
      } catch (error) {
        const { status, body } = refusalOf(error, settings);
        // The rest of a body that is too large is not read.
        if (status === 413 && !response.headersSent) response.setHeader('connection', 'close');
        respond(response, status, body);
        return;
      }
      await handler(event, request, response);
      respond(response, 200, '{"received":true}');
    } catch (error) {
      if (typeof next === 'function') next(error);
      else respond(response, 500, '{"error":"internal error"}');
    }
  };
}

function respond(response, status, body) {
  if (response.headersSent) return;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(body);
}

/** For `express.json({verify: keepRawBody})`: stores the raw body of a request beside the parsed one. */
function keepRawBody(request, _response, bytes) {
  request.rawBody = bytes;
}

module.exports = { webhook, keepRawBody };

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
      const isAnswered = watch(response);
      await handler(event, request, response);
      if (!isAnswered()) respond(response, 200, '{"received":true}');
    } catch (error) {
      if (typeof next === 'function') next(error);
      else respond(response, 500, '{"error":"internal error"}');
    }
  };
}

/** The methods of a response that answer, in Node and in Express; `json`, `redirect` and others call `end`. */
const ANSWERS = ['write', 'end', 'sendFile', 'download', 'render'];

/**
 * Tells whether the handler answers. `headersSent` alone is false while a file is opened, a view is
 * rendered, a stream has written nothing, or a middleware delays `end`.
 */
function watch(response) {
  let answered = false;
  for (const name of ANSWERS) {
    const method = response[name];
    if (typeof method !== 'function') continue;
    response[name] = function (...given) {
      const returned = method.apply(this, given);
      // A view that is given to a callback is not sent. Nothing is sent by a method that throws.
      if (name !== 'render' || !given.some((one) => typeof one === 'function')) answered = true;
      return returned;
    };
  }
  response.once('pipe', () => {
    answered = true;
  });
  return () => answered || response.headersSent;
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

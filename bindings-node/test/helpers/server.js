'use strict';

// A server that sends the responses of a test and records the requests.

const http = require('node:http');
const { after } = require('node:test');

const listening = [];
after(() => {
  for (const listener of listening) {
    listener.closeAllConnections();
    listener.close();
  }
});

/** `respond(request, response)` gets the body of the request as a string in `request.body`. */
async function server(respond) {
  const seen = [];
  const listener = http.createServer(async (request, response) => {
    request.body = '';
    for await (const chunk of request) request.body += chunk;
    seen.push(request);
    await respond(request, response);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  listening.push(listener);
  return { url: `http://127.0.0.1:${listener.address().port}`, seen, listener };
}

/** Sends a JSON body: a value, or a string as it is. */
function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const SESSION = { checkout_session_id: 'cs_1', amount: 5000, currency_code: 'XOF', status: 'open' };

module.exports = { server, json, SESSION };

'use strict';

// A server for a webhook helper, and the deliveries to it.

const http = require('node:http');
const { after } = require('node:test');

const { BODY, SIGNATURE } = require('./delivery.js');

/** Serves a listener on a free port. */
async function serve(listener) {
  const server = http.createServer(listener);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/** Sends a delivery; returns the status and the text of the response. */
const deliver = (url, body = BODY, signature = SIGNATURE) =>
  fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-lomi-signature': signature },
    redirect: 'manual',
  }).then(async (response) => [response.status, await response.text()]);

module.exports = { deliver, serve };

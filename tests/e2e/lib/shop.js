'use strict';

// A shop: the addresses to which a buyer returns, and the address of webhooks.

const { once } = require('node:events');
const http = require('node:http');
const { buffer } = require('node:stream/consumers');

const QUIET = 400; // milliseconds after which no further delivery is expected

class Shop {
  /** Deliveries in order: `{signature, body}`. */
  deliveries = [];

  static async open() {
    const shop = new Shop();
    shop.server = http.createServer((request, response) => shop.respond(request, response));
    shop.server.listen(0, '127.0.0.1');
    await once(shop.server, 'listening');
    shop.url = `http://127.0.0.1:${shop.server.address().port}`;
    return shop;
  }

  async respond(request, response) {
    if (request.method === 'POST' && request.url === '/webhooks') {
      const body = await buffer(request);
      this.deliveries.push({ signature: request.headers['x-lomi-signature'], body });
      response.end('ok');
    } else {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!DOCTYPE html><title>The shop</title><h1>The shop</h1>');
    }
  }

  /** All deliveries, when no further one has come for a while. */
  async receivedDeliveries() {
    let count = -1;
    while (count !== this.deliveries.length) {
      count = this.deliveries.length;
      await new Promise((resolve) => setTimeout(resolve, QUIET));
    }
    return this.deliveries;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

module.exports = { Shop };

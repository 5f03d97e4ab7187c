'use strict';

// A web shop in Express that makes a session for each request, and says how long that took.
//
//   node shop.js CLIENT URL
//
// Prints its port. The response is JSON: `ms`, and `most`, the most calls that were ever under way.

const express = require('express');

const { make } = require('./clients.js');

async function main([name, url]) {
  const { create } = await make(name, url);
  const app = express();
  let [underWay, most] = [0, 0];
  app.get('/', async (request, response) => {
    most = Math.max(most, ++underWay);
    const start = performance.now();
    await create();
    const ms = performance.now() - start;
    underWay--;
    response.json({ ms, most });
  });
  const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

main(process.argv.slice(2));

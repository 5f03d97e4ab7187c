'use strict';

// Makes calls with its own key in a worker thread, and checks that each response is its own.

const { parentPort, workerData } = require('node:worker_threads');

const lomi = require('../..');

async function main() {
  const { url, keys, calls } = workerData;
  const clients = keys.map((apiKey) => new lomi.LomiClient({ apiKey, baseUrl: url }));
  let wrong = 0;
  const one = async (at) => {
    const client = at % clients.length;
    const id = `${keys[client]}-${at}`;
    const session = await clients[client].checkoutSessions.get(id);
    if (session.checkout_session_id !== id || session.title !== keys[client]) wrong += 1;
  };
  for (let at = 0; at < calls; at += 50) {
    await Promise.all(Array.from({ length: Math.min(50, calls - at) }, (_, i) => one(at + i)));
  }
  parentPort.postMessage({ wrong, calls });
}

if (workerData !== null) main(); // null where `node --test test/` takes this file for a test

'use strict';

// The program that the tests kill: it receives webhooks and reconciles at the same time, and hands each event to
// the inbox of every shop. It prints a line for each thing that the test waits for or counts:
//
//   ready            it receives webhooks
//   handler SHOP     a handler has written, and its transaction is open
//   handled SHOP     the transaction is committed
//   idle SHOP        a run of reconcile brought nothing

const http = require('node:http');
const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const lomi = require('../..');
const { broken } = require('./brokenStores.js');
const { KINDS } = require('./shops.js');

/** Written at once: what a killed program had printed is in the pipe. */
const say = (word) => fs.writeSync(1, `${word}\n`);

/** A store that says when it has committed a payment. */
function watched(store, kind) {
  return {
    async handle(mark, work) {
      const handled = await store.handle(mark, work);
      if (handled && mark.name === 'PAYMENT_SUCCEEDED') say(`handled ${kind}`);
      return handled;
    },
    createTable: () => store.createTable(),
    loadCursor: () => store.loadCursor(),
    storeCursor: (cursor) => store.storeCursor(cursor),
    deleteOld: (days) => store.deleteOld(days),
  };
}

async function open(kind, { servers, name, breakage }) {
  const shop = await KINDS[kind].open(servers, name);
  const inbox = new lomi.Inbox(watched(breakage ? broken[breakage](shop) : shop.store, kind));
  const handler = async (event, transaction) => {
    if (event.event !== 'PAYMENT_SUCCEEDED') return;
    const { transaction_id: id, gross_amount: amount } = event.data;
    await shop.write(transaction, id, amount);
    say(`handler ${kind}`);
    await sleep(Math.random() * 8);
  };
  return { kind, inbox, handler };
}

/** Reconciles again and again. */
async function reconcile({ kind, inbox, handler }, api) {
  for (;;) {
    try {
      if ((await inbox.reconcile(api, handler, { since: '2020-01-01' })) === 0) say(`idle ${kind}`);
    } catch (error) {
      // A deadlock, or a lease that ended: the next run hands the event over again.
      console.error(`${kind}: ${error.stack}`);
    }
    await sleep(40);
  }
}

async function main(settings) {
  process.stdin.resume().once('end', () => process.exit());
  const { kinds, url, apiKey, secret, port } = settings;
  const shops = await Promise.all(kinds.map((kind) => open(kind, settings)));

  const receive = async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const signature = request.headers['x-lomi-signature'];
    const event = lomi.webhooks.constructEvent(Buffer.concat(chunks), signature, secret);
    await Promise.all(shops.map(({ inbox, handler }) => inbox.handle(event, handler)));
    response.writeHead(200).end();
  };
  const listener = http.createServer((request, response) =>
    receive(request, response).catch((error) => {
      console.error(error.stack);
      response.writeHead(500).end();
    }),
  );
  await new Promise((resolve) => listener.listen(port, '127.0.0.1', resolve));
  say('ready');
  const api = new lomi.LomiClient({ apiKey, baseUrl: url });
  await Promise.all(shops.map((shop) => reconcile(shop, api)));
}

// Not where `node --test test/` takes this file for a test.
if (process.argv[2] !== undefined) main(JSON.parse(process.argv[2]));

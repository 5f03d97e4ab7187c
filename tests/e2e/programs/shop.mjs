// A shop's server with lomi. in Node. The browser tests run it.
//
//   shop.mjs create SHOP-URL      creates a session; prints its id and its page
//   shop.mjs get ID               prints its status
//   shop.mjs verify SIGNATURE     reads a delivery from standard input; prints its event

import { buffer } from 'node:stream/consumers';
// In a project of your own this is: from 'lomi'
import { LomiClient, SignatureVerificationError, webhooks } from '../../../bindings-node/index.mjs';

async function create(shop) {
  const session = await new LomiClient().checkoutSessions.create({
    amount: 10000,
    currency_code: 'XOF',
    title: 'Panier du jour',
    customer_name: 'Awa Diop',
    customer_phone: '+221771234567',
    success_url: `${shop}/success?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${shop}/cancel?session={CHECKOUT_SESSION_ID}`,
  });
  return { id: session.checkout_session_id, page: session.checkout_url };
}

async function get(id) {
  return { status: (await new LomiClient().checkoutSessions.get(id)).status };
}

async function verify(signature) {
  try {
    const event = webhooks.constructEvent(await buffer(process.stdin), signature);
    return { event: event.event, session: event.data.checkout_session_id };
  } catch (error) {
    if (!(error instanceof SignatureVerificationError)) throw error;
    return { refused: error.name };
  }
}

const [, , command, argument] = process.argv;
console.log(JSON.stringify(await { create, get, verify }[command](argument)));

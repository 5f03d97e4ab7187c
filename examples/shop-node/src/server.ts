// A shop that is paid through lomi. orders.ts says when an order is paid, payments.ts talks to lomi.

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import { LomiError } from 'lomi';
import { webhook } from 'lomi/express';
import { allOrders, db, findOrder, inbox, onEvent } from './orders.js';
import { orderPage, ordersPage, page, productPage } from './pages.js';
import { checkoutPage, refund, stateOf } from './payments.js';

const PORT = Number(process.env.PORT || 3002);
const HOST = process.env.HOST || '127.0.0.1'; // in a container 0.0.0.0
const SHOP_URL = process.env.SHOP_URL || `http://127.0.0.1:${PORT}`;
const PRICE = 15000; // F CFA has no smaller unit
const STYLES = fileURLToPath(new URL('../../shop.css', import.meta.url));

const app = express();
app.get('/', (_request, response) => void response.send(productPage(PRICE)));
app.get('/shop.css', (_request, response) => response.sendFile(STYLES));

// No express.json() before this route: the signature covers the raw body. The response is 200 for an event that
// is or was handled, 400 without a valid signature, and 500 if onEvent fails: then lomi. sends it again.
const receive = webhook({}, (event) => inbox.handle(event, onEvent)); // LOMI_WEBHOOK_SECRET
app.post('/webhooks', receive);

/** Sends the buyer to the page of lomi. The order is stored before: no payment comes for an unknown order. */
async function pay(id: string, response: Response): Promise<void> {
  response.locals.order = findOrder(id);
  response.redirect(303, await checkoutPage(response.locals.order, `${SHOP_URL}/orders/${id}`));
}

app.post('/orders', async (_request, response) => {
  const id = randomUUID();
  db.prepare('INSERT INTO orders (id, amount) VALUES (?, ?)').run(id, PRICE);
  await pay(id, response);
});

app.param('id', (_request, response, next, id) => {
  response.locals.order = findOrder(id);
  if (response.locals.order) next();
  else response.status(404).send(page('Not found', '<p>There is no such order.</p>'));
});

app.post('/orders/:id/pay', (request, response) => pay(request.params.id, response));

// The buyer is back, or anyone: only the order's id is taken from the address, and lomi. is asked for the rest.
app.get('/orders/:id', async (request, response) => {
  const { order } = response.locals;
  response.send(orderPage(order, await stateOf(order, request.query.cancelled === '1')));
});

// In a shop of your own, the list and the refund are for the staff only.
app.get('/orders', (_request, response) => void response.send(ordersPage(allOrders())));
app.post('/orders/:id/refund', async (_request, response) => {
  await refund(response.locals.order);
  response.redirect(303, '/orders');
});

app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
  if (!(error instanceof LomiError)) return next(error);
  console.error(error);
  const link = `<a href="/orders/${response.locals.order?.id}">your order</a>`;
  const text = `<p>The payment service does not answer. Nothing is lost: open ${link} again in a minute.</p>`;
  response.status(503).send(page('Please try again', text));
});

const server = app.listen(PORT, HOST, () => console.log(`shop-node: ${SHOP_URL}`));
process.on('SIGTERM', () => {
  server.close();
  setTimeout(process.exit, 1000).unref(); // a browser may keep a connection on which it asks for nothing
});

// The demo in Node: the life of a checkout session with both clients, and three errors.
//
// Reads LOMI_BASE_URL and LOMI_API_KEY, which `make demo` sets to the local sandbox. With
// LOMI_DEMO_INBOX, the address of a webhook inbox, a session is also paid.

// In a project of your own this is: from 'lomi'
import {
  AuthenticationError,
  BadRequestError,
  CheckoutSessionsApi,
  Configuration,
  LomiClient,
  NotFoundError,
  webhooks,
} from '../../bindings-node/index.mjs';

const started = performance.now();
let calls = 0;
let step = 'set up';

/** Makes one call, under the name of its step. */
async function call(name, promise) {
  step = name;
  calls += 1;
  return promise;
}

/** Makes one call that must fail with an error of the given class. */
async function refused(name, type, promise) {
  try {
    await call(name, promise);
  } catch (error) {
    if (!(error instanceof type)) throw error;
    console.log(`${name}       ${error.name}: ${error.message} (request ${error.requestId})`);
    return;
  }
  throw new Error('succeeded, but must fail');
}

/** The classes under the names that the generated clients document. */
async function documented() {
  const configuration = new Configuration({
    apiKey: process.env.LOMI_API_KEY,
    basePath: process.env.LOMI_BASE_URL,
  });
  const sessions = new CheckoutSessionsApi(configuration);
  const session = await call(
    'documented create',
    sessions.createCheckoutSession({
      amount: 15000,
      currency_code: 'XOF',
      product_id: 'prod_1234567890abcdef',
      success_url: 'https://example.com/success',
      cancel_url: 'https://example.com/cancel',
      customer_email: 'customer@example.com',
    }),
  );
  const id = session.checkout_session_id;
  console.log(`created   ${id} under its documented name`);
  await call('documented retrieve', sessions.retrieveCheckoutSession(id));
  await call('documented list', sessions.listCheckoutSessions({ limit: 10, sort: 'created_at:desc' }));
  await call('documented update', sessions.updateCheckoutSession(id, { title: 'Another title' }));
  await call('documented delete', sessions.deleteCheckoutSession(id));
  console.log(`deleted   ${id}`);
}

async function modern() {
  const api = new LomiClient();
  const coffee = {
    amount: 5000,
    currency_code: 'XOF',
    title: 'Coffee Beans - 1kg',
    customer_email: 'customer@example.com',
    success_url: 'https://mystore.com/thank-you',
    cancel_url: 'https://mystore.com/cart',
  };
  const session = await call('create', api.checkoutSessions.create(coffee));
  const id = session.checkout_session_id;
  console.log(`created   ${id}`);
  console.log(`page      ${session.url}`);

  const fetched = await call('get', api.checkoutSessions.get(id));
  console.log(`fetched   ${fetched.title}, ${fetched.status}`);

  const more = Array.from({ length: 44 }, () => call('create 45', api.checkoutSessions.create(coffee)));
  await Promise.all(more);
  const page = await call('list', api.checkoutSessions.list({ limit: 20 }));
  console.log(`listed    ${page.data.length} in the first page`);
  step = 'page through';
  let seen = 0;
  for await (const one of api.checkoutSessions.list({ limit: 20 })) {
    if (one.title === coffee.title) seen += 1;
  }
  calls += 3;
  console.log(`paged     ${seen} in all`);
  if (seen !== 45) throw new Error(`${seen} of 45 sessions`);

  const updated = await call('update', api.checkoutSessions.update(id, { title: 'Coffee Beans - 2kg' }));
  console.log(`updated   ${updated.title}`);
  await call('delete', api.checkoutSessions.delete(id));
  console.log(`deleted   ${id}`);

  const stranger = new LomiClient('lomi_sk_test_nobody');
  await refused('400', BadRequestError, api.checkoutSessions.create({ amount: 5000, currency_code: 'XXX' }));
  await refused('401', AuthenticationError, stranger.checkoutSessions.get(id));
  await refused('404', NotFoundError, api.checkoutSessions.get(id));
}

/** Pays a session in the local sandbox, as a buyer does on the page. */
async function pay(id) {
  const sandbox = process.env.LOMI_BASE_URL.replace(/\/v1$/, '');
  await fetch(`${sandbox}/_sandbox/sessions/${id}/pay`, { method: 'POST' });
}

/** A session that is paid, and the webhook that tells the shop. Returns the event. */
async function paid(inbox) {
  const api = new LomiClient();
  const cart = { amount: 5000, currency_code: 'XOF', title: 'Coffee Beans - 1kg' };
  const { checkout_session_id: id } = await call('create to pay', api.checkoutSessions.create(cart));

  step = 'pay';
  await pay(id);

  step = 'webhook';
  const delivery = await fetch(inbox);
  const body = Buffer.from(await delivery.arrayBuffer());
  const event = webhooks.constructEvent(body, delivery.headers.get('x-lomi-signature')); // by LOMI_WEBHOOK_SECRET
  if (event.data.checkout_session_id !== id) throw new Error('the event of another session');
  console.log(`verified  webhook ${event.event}, ${event.data.net_amount} XOF`);

  const { status } = await call('get after the payment', api.checkoutSessions.get(id));
  if (status !== 'completed') throw new Error(`it is ${status}`);
  console.log(`paid      ${status}`);
  return event;
}

/** A session whose webhook is lost: reconciling finds the payment, and handles it once. */
async function lostAndFound(handled) {
  const api = new LomiClient();
  const cart = { amount: 5000, currency_code: 'XOF', metadata: { webhook: 'lost' } };
  const { checkout_session_id: id } = await call('create', api.checkoutSessions.create(cart));
  await pay(id);

  step = 'reconcile';
  const guard = new webhooks.ReplayGuard();
  await guard.firstTime(handled); // by its webhook
  const payments = [];
  for await (const { event } of api.reconcile('2026-01-01')) {
    if (event.event !== 'PAYMENT_SUCCEEDED') continue;
    await guard.once(event, ({ data }) => payments.push(data));
  }
  if (payments.length !== 1) throw new Error(`${payments.length} payments were handled`);
  if (payments[0].checkout_session_id !== id) throw new Error('another payment');
  console.log(`found     a lost webhook, by reconcile: ${payments[0].net_amount} XOF, handled once`);
}

try {
  await documented();
  await modern();
  const inbox = process.env.LOMI_DEMO_INBOX;
  if (inbox) await lostAndFound(await paid(inbox));
  const milliseconds = Math.round(performance.now() - started);
  console.log(JSON.stringify({ language: 'node', calls, milliseconds, paid: Boolean(inbox) }));
} catch (error) {
  console.error(`node: ${step}: ${error}`);
  process.exitCode = 1;
}

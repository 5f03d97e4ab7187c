// Compiled, never run: what the declarations must allow, and what they must refuse.

import {
  APIConnectionError,
  CheckoutSession,
  CheckoutSessionStatus,
  CheckoutSessionsApi,
  Configuration,
  LomiClient,
  LomiError,
  LomiSDK,
  Money,
  OutcomeUnknownError,
  PaymentRequired,
  PaymentRequiredError,
  RateLimitError,
  StillPendingError,
  VERSION,
  webhooks,
} from 'lomi';
import type {
  AnyWebhookEvent,
  CheckoutSessionCreate,
  Limits,
  LomiClientOptions,
  Page,
  Refund,
  RequestEvent,
  ResponseEvent,
  Transaction,
} from 'lomi';
import { keepRawBody, webhook as expressWebhook } from 'lomi/express';
import fastifyWebhook, { webhook as namedFastifyWebhook } from 'lomi/fastify';
import { pagesWebhook, rawBody, webhook as nextWebhook } from 'lomi/next';
import { startSandbox } from 'lomi/testing';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
function exactly<T extends true>(): T | void {}

export async function use(api: LomiClient): Promise<void> {
  const created = await api.checkoutSessions.create({
    amount: 5000,
    currency_code: 'XOF',
    title: 'Coffee Beans - 1kg',
    customer_email: 'customer@example.com',
    success_url: 'https://mystore.com/thank-you',
    cancel_url: 'https://mystore.com/cart',
  });
  // As the documentation shows it, without a check which of the two types it is.
  const address: string | null | undefined = created.url ?? created.checkout_url;
  exactly<Equal<ReturnType<typeof created.session>, CheckoutSession>>();
  const page_: string | null | undefined = created.session().checkout_url;
  void page_;
  if (created.payment_required) {
    exactly<Equal<typeof created, PaymentRequired>>();
    const invoice: string | null | undefined = created.blocking_invoice?.invoice_number;
    void invoice;
  } else {
    exactly<Equal<typeof created, CheckoutSession>>();
    const id: string = created.checkout_session_id;
    void id;
  }
  const session = await api.checkoutSessions.get('id', {
    timeout: 500,
    signal: new AbortController().signal,
  });
  const amount: number | null | undefined = session.amount;
  const status = session.status;
  if (status === 'open' || status === CheckoutSessionStatus.COMPLETED || status === 'a new word') void status;
  exactly<Equal<IsAny<typeof session.metadata>, false>>();
  exactly<Equal<IsAny<typeof session.lastResponse>, false>>();
  const original: unknown = session.original('status');

  const page: Page<CheckoutSession> = await api.checkoutSessions.list({ status: 'open', limit: 10 });
  const rows: CheckoutSession[] = page.data;
  const next: Page<CheckoutSession> | undefined = await page.nextPage();
  for await (const one of api.checkoutSessions.list()) exactly<Equal<typeof one, CheckoutSession>>();
  for await (const one of page) exactly<Equal<typeof one, CheckoutSession>>();
  const array: CheckoutSession[] = await api.checkoutSessions.list().autoPagingToArray({ limit: 5 });
  await api.checkoutSessions.update('id', { title: null, metadata: { a: 1 }, amount: 5n });
  exactly<Equal<Awaited<ReturnType<typeof api.checkoutSessions.delete>>, void>>();
  const [first] = await Promise.all([api.checkoutSessions.list(), api.checkoutSessions.get('x')]);
  exactly<Equal<typeof first, Page<CheckoutSession>>>();

  const raw = await api.request({ method: 'GET', path: '/providers', query: { limit: 1 } });
  exactly<Equal<typeof raw, unknown>>();
  const typed = await api.request<{ id: string }>({ path: '/x', body: [] });
  const id: string = typed.id;

  // @ts-expect-error a misspelt field
  await api.checkoutSessions.create({ ammount: 1 });
  // @ts-expect-error an amount is a number
  await api.checkoutSessions.create({ amount: '5000' });
  // @ts-expect-error an id is a string
  await api.checkoutSessions.get(5);
  // @ts-expect-error a misspelt option
  await api.checkoutSessions.get('x', { timeOut: 5 });
  // @ts-expect-error there is no such field
  void session.amont;
  // @ts-expect-error a response object has no public constructor
  new CheckoutSession();
  // @ts-expect-error autoPagingToArray needs a limit
  await page.autoPagingToArray();
  // @ts-expect-error a request needs a path
  await api.request({ method: 'GET' });
  const bytes: Buffer = await api.download('https://files.example/a', { maxBytes: 1000 });
  const size: number = await api.download('https://files.example/a', { to: 'a.pdf', timeout: 5000 });
  // @ts-expect-error a link gets no key
  void [bytes, size, api.download('https://files.example/a', { apiKey: 'lomi_sk_test_1' })];
  void [address, amount, original, rows, next, array, id];
}

export function setUp(): void {
  const options: LomiClientOptions = {
    apiKey: 'k',
    environment: 'test',
    baseUrl: 'u',
    headers: {},
    timeout: 1,
  };
  new LomiSDK(options);
  new LomiClient('key', { maxRetries: 0 });
  new LomiClient();
  new CheckoutSessionsApi(new Configuration({ apiKey: 'k', basePath: 'u' }));
  const limits: Limits = { body: 1000, depth: 20 };
  const own = { certificateFile: 'c.pem', keyFile: 'k.pem', tlsServerName: 'n', caFiles: ['a.pem', 'b.pem'] };
  new LomiClient({ ...own, limits, proxy: 'p', proxyHeaders: { 'x-office': 'dakar' } });
  new Configuration({ ...own, limits, proxy: 'p', proxyHeaders: [['x-office', 'dakar']] });
  // @ts-expect-error a misspelt limit
  new LomiClient({ limits: { bodi: 1000 } });
  // @ts-expect-error a limit is a number
  new Configuration({ limits: { body: '1000' } });
  // @ts-expect-error there are two environments
  new LomiClient({ environment: 'staging' });
  // @ts-expect-error a misspelt option
  new LomiClient({ api_key: 'k' });
  const body: CheckoutSessionCreate = {
    currency_code: 'a currency of tomorrow',
    allowed_providers: ['WAVE'],
  };
  void [body, VERSION];
}

export function failed(error: unknown): string {
  if (error instanceof PaymentRequiredError)
    return error.paymentRequired.blocking_invoice?.checkout_url ?? '';
  if (error instanceof LomiError) {
    exactly<Equal<IsAny<typeof error.parsedBody>, false>>();
    exactly<Equal<typeof error.rawBody, Buffer | null>>();
    exactly<Equal<typeof error.serverMessage, string | null>>();
    exactly<Equal<(typeof error.history)[number]['status'], number | null>>();
  }
  if (error instanceof RateLimitError) return `wait ${error.retryAfter ?? 0} s`;
  if (error instanceof OutcomeUnknownError) {
    const connection: APIConnectionError = error;
    return connection.idempotencyKey ?? '';
  }
  if (error instanceof LomiError && error.outcome === 'not_sent') return error.kind;
  return 'no error of ours';
}

export async function waited(client: LomiClient, signal: AbortSignal): Promise<string | null> {
  try {
    const paid: Transaction = await client.transactions.wait('t', {
      until: 'completed',
      timeout: 1000,
      signal,
    });
    // @ts-expect-error a state is a string
    await client.refunds.wait('r', { until: 1 });
    // @ts-expect-error only a wait has a state
    await client.refunds.get('r', { until: 'final' });
    return paid.transaction_id ?? null;
  } catch (error) {
    return error instanceof StillPendingError ? JSON.stringify(error.last) : null;
  }
}

export function received(body: Buffer, signature: string): void {
  const event: AnyWebhookEvent = webhooks.constructEvent(body, signature, ['a', 'b'], { maxAge: 300 });
  switch (event.event) {
    case 'PAYMENT_SUCCEEDED': {
      exactly<Equal<typeof event.data, Transaction>>();
      void event.data.transaction_id;
      break;
    }
    case 'REFUND_FAILED':
      exactly<Equal<typeof event.data, Refund>>();
      break;
    case 'USAGE_RECORDED':
      exactly<Equal<typeof event.data, Record<string, unknown>>>();
      break;
    case 'SUBSCRIPTION_UPDATED':
      void event.data.previous_attributes;
      // @ts-expect-error a change has no fields of a transaction
      void event.data.gross_amount.toFixed();
      break;
    default:
      exactly<Equal<IsAny<typeof event.data>, false>>();
  }
  // @ts-expect-error the parsed body is refused
  webhooks.constructEvent({ id: '1' }, signature);
  const price: number | bigint = new Money(5000, 'XOF').amount;
  void price;
}

export function observed(events: (RequestEvent | ResponseEvent)[]): LomiClientOptions {
  const onRequest = (event: RequestEvent): void => void events.push(event);
  new LomiClient({
    onResponse: async ({ status, error, elapsedMs, retryInMs, idempotencyKey }) => {
      exactly<Equal<typeof status, number | null>>();
      exactly<Equal<typeof error, string | null>>();
      exactly<Equal<typeof elapsedMs, number>>();
      exactly<Equal<typeof retryInMs, number | null>>();
      exactly<Equal<typeof idempotencyKey, string | null>>();
    },
  });
  // @ts-expect-error events are read-only
  new Configuration({ onRequest: (event) => void (event.attempt = 2) });
  // @ts-expect-error the event of a request has no status
  new Configuration({ onRequest: (event) => void event.status });
  // @ts-expect-error a hook is a function
  new Configuration({ onResponse: 'log' });
  return { onRequest, onResponse: onRequest };
}

export async function onlyOnce(event: AnyWebhookEvent): Promise<boolean> {
  const store = new webhooks.RedisStore({}, { prefix: 'shop:' });
  const guard = new webhooks.ReplayGuard({ store, ttl: 3600 });
  const rows = new webhooks.DatabaseStore(async (_sql, _values) => 1, { dialect: 'postgres' });
  void [new webhooks.ReplayGuard({ store: rows }), new webhooks.ReplayGuard({ store: () => true })];
  const refusal: { status: number; body: string } | undefined = webhooks.refusal(new Error());
  void [refusal, webhooks.MAX_BODY, webhooks.ReplayGuard.key(event)];
  if (await guard.firstTime(event)) await guard.forget(event);
  return guard.once(event, async ({ id }) => void id);
}

expressWebhook({ secret: 's', logger: console.warn }, async () => undefined);
expressWebhook({ secret: 's' }, async (event) => void event.id);
nextWebhook({}, (event, request) => void [event.event, request.url]);
pagesWebhook({ secret: ['a', 'b'] }, () => undefined);
void startSandbox().then((sandbox) => sandbox.client({ maxRetries: 0 }).checkoutSessions.get('x'));
void [keepRawBody, fastifyWebhook, namedFastifyWebhook, rawBody, startSandbox];

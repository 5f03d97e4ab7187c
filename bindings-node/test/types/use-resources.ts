// Compiled, never run: resources beside checkout sessions.

import {
  Configuration,
  Customer,
  CustomerInvoicesApi,
  CustomersApi,
  Frequency,
  LomiClient,
  Money,
  Price,
  Product,
  Refund,
  SPIAccountAliasesApi,
  Subscription,
  Transaction,
  Webhook,
  WebhookEvent,
} from 'lomi';
import type {
  ConfirmationRequired,
  CustomerCreate,
  CustomerUpdate,
  Invoice,
  Page,
  PageRequest,
  TransactionQuery,
} from 'lomi';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
function exactly<T extends true>(): T | void {}

export async function customers(api: LomiClient): Promise<void> {
  const body: CustomerCreate = { name: 'Awa', email: 'awa@shop.example', metadata: { tier: 'gold' } };
  const customer = await api.customers.create(body, { idempotencyKey: 'k', timeout: 500 });
  exactly<Equal<typeof customer, Customer>>();
  const id: string = customer.customer_id;
  const change: CustomerUpdate = { city: null };
  exactly<Equal<Awaited<ReturnType<typeof api.customers.update>>, Customer>>();
  await api.customers.update(id, change);
  exactly<Equal<Awaited<ReturnType<typeof api.customers.delete>>, void>>();
  const page: Page<Customer> = await api.customers.list({ pageSize: 5, search: 'awa' });
  exactly<Equal<IsAny<(typeof page.data)[0]>, false>>();
  // @ts-expect-error only the create of a checkout session has another result
  customer.session();
  // @ts-expect-error a misspelt field
  await api.customers.create({ nmae: 'Awa' });
  // @ts-expect-error the name of a query parameter as the API has it
  api.customers.list({ page_size: 5 });
  // @ts-expect-error an id is needed
  await api.customers.get();
}

export async function refunds(api: LomiClient): Promise<void> {
  const refund = await api.refunds.create({ transaction_id: 't', amount: new Money(500, 'XOF') });
  exactly<Equal<typeof refund, Refund | ConfirmationRequired<Refund>>>();
  // @ts-expect-error nothing may have been refunded yet
  void refund.amount;
  if (refund.requires_confirmation) {
    const token: string | null | undefined = refund.confirmation_token;
    void token;
    exactly<Equal<Awaited<ReturnType<typeof refund.confirm>>, Refund>>();
    return;
  }
  const amount: number | null | undefined = refund.amount;
  // @ts-expect-error an amount is no text
  await api.refunds.create({ amount: '500' });
  void amount;
}

export async function transactions(api: LomiClient): Promise<void> {
  const query: TransactionQuery = { startDate: '2026-01-01', endDate: '2026-02-01', limit: 5 };
  exactly<Equal<ReturnType<typeof api.transactions.list>, PageRequest<Transaction>>>();
  for await (const one of api.transactions.list(query)) exactly<Equal<typeof one, Transaction>>();
  // @ts-expect-error transactions cannot be created
  await api.transactions.create({});
}

export async function products(api: LomiClient): Promise<void> {
  const product = await api.products.create({ name: 'Coffee' });
  const price = await api.prices.create({ product_id: product.product_id, amount: 5000n });
  exactly<Equal<typeof product, Product>>();
  exactly<Equal<typeof price, Price>>();
  const { subscriptions } = api;
  const subscription: Subscription = await subscriptions.get('s');
  const interval: string = Frequency.BI_WEEKLY;
  void [subscription.status, interval];
}

export async function webhooks(api: LomiClient): Promise<void> {
  const made: Webhook = await api.webhooks.create({
    url: 'https://shop.example/hook',
    authorized_events: [WebhookEvent.PAYMENT_SUCCEEDED],
  });
  await api.webhooks.delete(made.webhook_id);
  const { data } = await api.webhookDeliveryLogs.list({ webhookId: made.webhook_id, failedOnly: true });
  void data[0]?.webhook_id;
}

export async function documented(): Promise<void> {
  const configuration = new Configuration({ apiKey: 'k' });
  const customer: Customer = await new CustomersApi(configuration).retrieveCustomer('c');
  const { data, pagination } = await new CustomerInvoicesApi(configuration).listCustomerInvoices({
    limit: 2,
  });
  exactly<Equal<typeof data, Invoice[]>>();
  await new SPIAccountAliasesApi(configuration).retrieveSpiAccountAliase('a', { maxRetries: 0 });
  // @ts-expect-error the names of the resources of a client
  await new CustomersApi(configuration).get('c');
  void [customer.email, pagination.total];
}

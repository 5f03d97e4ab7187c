// Compiled, never run: operations beside create, get, list, update and delete.

import { ConfirmationRequired, LomiClient, Money, OutcomeUnknownError, Transfer, TransferStatus } from 'lomi';
import type {
  Balance,
  BalanceBreakdown,
  CardCharge,
  CardChargeCapture,
  CardChargeCreate,
  ChargeNextActionType,
  ConfirmableOptions,
  DocumentLinks,
  Event,
  FoundOutcome,
  Invoice,
  MissedEvents,
  Model,
  MtnCharge,
  Page,
  PageRequest,
  Refund,
  Subscription,
  SubscriptionPlanChange,
  Transaction,
  TransferCreate,
  WaveCharge,
} from 'lomi';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function exactly<T extends true>(): T | void {}

export async function transfers(api: LomiClient, signal: AbortSignal): Promise<void> {
  const body: TransferCreate = { amount: new Money(500, 'XOF'), currency_code: 'XOF', destination: 'acct_1' };
  const first = await api.transfers.create(body, { idempotencyKey: 'transfer-17' });
  exactly<Equal<typeof first, Transfer | ConfirmationRequired<Transfer>>>();
  // @ts-expect-error nothing may have been transferred yet
  void first.settled_amount;
  const transfer = first instanceof ConfirmationRequired ? await first.confirm({ signal }) : first;
  exactly<Equal<typeof transfer, Transfer>>();
  if (transfer.status === TransferStatus.POSTED) void transfer.settled_amount;
  const options: ConfirmableOptions = { confirm: async ({ preview }) => preview?.['amount'] === 500 };
  await api.transfers.reverse(transfer.id, { amount: 100n }, options);
  await api.transfers.create(body, { confirm: () => true });
  // @ts-expect-error a function decides
  await api.transfers.create(body, { confirm: true });
  // @ts-expect-error the decision is true or false
  await api.transfers.create(body, { confirm: () => 'yes' });
  // @ts-expect-error the second call has the options of the first one, except for its signal
  if (first.requires_confirmation) await first.confirm({ idempotencyKey: 'another' });
  // @ts-expect-error a transfer is not updated
  await api.transfers.update(transfer.id, {});
  for await (const one of api.transfers.list({ destination: 'acct_1' }))
    exactly<Equal<typeof one, Transfer>>();
}

export async function charges(api: LomiClient): Promise<void> {
  const wave = await api.charges.createWave({ amount: 500, currency: 'XOF', customer: { name: 'Awa' } });
  exactly<Equal<typeof wave, WaveCharge>>();
  exactly<Equal<Awaited<ReturnType<typeof api.charges.createMtn>>, MtnCharge>>();
  const body: CardChargeCreate = { amount: 500, hold: true };
  const card = await api.charges.createCard(body);
  exactly<Equal<typeof card, CardCharge>>();
  const action: ChargeNextActionType | null | undefined = card.next_action?.type;
  const part: CardChargeCapture = { amount: 400 };
  exactly<Equal<Awaited<ReturnType<typeof api.charges.captureCard>>, unknown>>();
  await api.charges.captureCard('c_1', part);
  exactly<Equal<Awaited<ReturnType<typeof api.charges.cancelCard>>, CardCharge>>();
  // @ts-expect-error a capture has no payer
  await api.charges.captureCard('c_1', { customer: { name: 'Awa' } });
  // @ts-expect-error a hold is one of a card
  await api.charges.createMtn({ amount: 500, hold: true });
  // @ts-expect-error there is no list of charges
  await api.charges.list();
  // @ts-expect-error money moves at once, or when the payer agrees
  await api.charges.createWave({ amount: 500 }, { confirm: () => true });
  void action;
}

export async function balances(api: LomiClient): Promise<void> {
  const page: Page<Balance> = await api.balances.list({ currency: 'XOF' });
  const amount: number | null | undefined = page.data[0]?.balance;
  exactly<Equal<ReturnType<typeof api.balances.breakdown>, PageRequest<BalanceBreakdown>>>();
  await api.balances.breakdown({ target_currency: 'EUR' });
  const enough = await api.balances.check('XOF');
  exactly<Equal<typeof enough, unknown>>();
  // @ts-expect-error the parameter of the other operation
  await api.balances.list({ target_currency: 'EUR' });
  // @ts-expect-error a currency is needed
  await api.balances.check();
  void amount;
}

export async function invoices(api: LomiClient): Promise<void> {
  const invoice: Invoice = await api.invoices.create({ customer_id: 'c', amount: 5000 });
  const id: string = invoice.customer_invoice_id;
  await api.invoices.finalize(id, { maxRetries: 0 });
  exactly<Equal<Awaited<ReturnType<typeof api.invoices.void>>, unknown>>();
  const links = await api.invoices.pdf(id);
  exactly<Equal<typeof links, DocumentLinks>>();
  // @ts-expect-error an operation without a body: its second argument has the options
  await api.invoices.send(id, { email: 'awa@shop.example' });
  // @ts-expect-error an invoice is made void, not deleted
  await api.invoices.delete(id);
}

export async function outcomes(api: LomiClient, stored: string): Promise<Refund | null> {
  try {
    await api.refunds.create({ transaction_id: 't_1', amount: 500 });
  } catch (error) {
    if (!(error instanceof OutcomeUnknownError)) throw error;
    exactly<Equal<typeof error.unknownCall, string | null>>();
    const signal = AbortSignal.timeout(5000);
    const found: FoundOutcome<Refund> = await api.findOutcome<Refund>(error, { knownIds: ['r_1'], signal });
    switch (found.outcome) {
      case 'done':
        return found.object;
      case 'ambiguous':
        exactly<Equal<typeof found.candidates, Refund[]>>();
        exactly<Equal<typeof found.askAgainAfter, number | null>>();
        throw new Error(found.reason);
      default:
        exactly<Equal<typeof found.outcome, 'not_done'>>();
        // @ts-expect-error what was not done has no object
        void found.object;
    }
  }
  const other = await api.findOutcome(stored, { timeout: 1000 });
  if (other.outcome === 'done') exactly<Equal<typeof other.object, Model | null>>();
  // @ts-expect-error an error or its unknownCall
  await api.findOutcome(5);
  // @ts-expect-error the name of the option
  await api.findOutcome(stored, { knownId: [] });
  return null;
}

export async function missed(api: LomiClient, since: string | Date, signal: AbortSignal): Promise<string> {
  const run: MissedEvents = api.reconcile(since, { signal });
  for await (const { event, cursor } of run) {
    exactly<Equal<typeof event, Event>>();
    exactly<Equal<typeof cursor, string>>();
  }
  // @ts-expect-error a cursor or a time
  api.reconcile(5);
  // @ts-expect-error the name of the option
  api.reconcile(since, { signals: signal });
  return run.cursor;
}

export async function subscriptions(api: LomiClient): Promise<void> {
  const change: SubscriptionPlanChange = { price_id: 'price_2' };
  const changed = await api.subscriptions.changePlan('s_1', change);
  exactly<Equal<typeof changed, Subscription>>();
  await api.subscriptions.cancel('s_1', {});
  await api.subscriptions.resume('s_1');
  exactly<Equal<ReturnType<typeof api.customers.transactions>, PageRequest<Transaction>>>();
  for await (const one of api.customers.subscriptions('c_1')) exactly<Equal<typeof one, Subscription>>();
  // @ts-expect-error names are in camelCase
  await api.subscriptions.change_plan('s_1', change);
  // @ts-expect-error the fields of a cancellation are not those of a change
  await api.subscriptions.cancel('s_1', { price_id: 'price_2' });
}

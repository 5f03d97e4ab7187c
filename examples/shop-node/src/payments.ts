// What the shop asks of lomi.: a checkout session for an order, its state, a refund.

import { LomiClient, LomiError, idempotencyKeyForOrder } from 'lomi';
import type { Refund } from 'lomi';
import { db, update } from './orders.js';
import type { Order } from './orders.js';

const lomi = new LomiClient(); // LOMI_API_KEY and LOMI_BASE_URL

export type State = Order['status'] | 'cancelled' | 'expired';

/** The page on which the buyer pays the order; the order's own page if there is nothing to pay. */
export async function checkoutPage(order: Order, orderUrl: string): Promise<string> {
  if (order.status !== 'pending') return orderUrl;
  let { attempt } = order;
  if (order.session_id) {
    const { status } = await lomi.checkoutSessions.get(order.session_id);
    if (status === 'open') return order.checkout_url ?? orderUrl;
    if (status !== 'expired') return orderUrl;
    attempt += 1;
  }
  const created = await lomi.checkoutSessions.create(
    {
      amount: order.amount,
      currency_code: 'XOF',
      title: 'Coffee beans, 1 kg',
      metadata: { order: order.id },
      success_url: orderUrl,
      cancel_url: `${orderUrl}?cancelled=1`,
    },
    // The key of the order and the attempt: two clicks, or a crash after this call, give the same session.
    { idempotencyKey: idempotencyKeyForOrder(order.id, attempt) },
  );
  const { checkout_session_id: session_id, checkout_url = null } = created.session();
  update(order.id, { attempt, session_id, checkout_url, note: null });
  return checkout_url ?? orderUrl;
}

/** The state to show to a buyer who is back. What marks the order as paid is onEvent. */
export async function stateOf(order: Order, cancelled: boolean): Promise<State> {
  if (order.status !== 'pending' || !order.session_id) return order.status;
  const { status, amount, metadata } = await lomi.checkoutSessions.get(order.session_id);
  if (status === 'completed') {
    return amount === order.amount && metadata?.order === order.id ? 'paid' : 'pending';
  }
  if (status === 'expired') return 'expired';
  return cancelled ? 'cancelled' : 'pending';
}

/** Refunds a paid order once. If the outcome is unknown, the refund is looked for, never sent again. */
export async function refund(order: Order): Promise<void> {
  const claim = `UPDATE orders SET refund = 'asked' WHERE id = ? AND status = 'paid' AND refund IS NULL`;
  const claimed = db.prepare(claim).run(order.id).changes === 1;
  let unknownCall = order.refund;
  if (claimed) {
    try {
      const body = { transaction_id: order.transaction_id, amount: order.amount };
      // The newest API asks before it moves money; the click on "Refund" was the answer.
      return made(order, (await lomi.refunds.create(body, { confirm: () => true })) as Refund);
    } catch (error) {
      if (!(error instanceof LomiError)) throw error;
      unknownCall = error.unknownCall;
      update(order.id, { refund: unknownCall, note: `Not refunded: ${error.message}` });
    }
  }
  // 'asked': the process was killed in the call. Its event will tell, by webhook or by reconcile.
  if (!unknownCall || unknownCall === 'asked') return;
  const found = await lomi.findOutcome<Refund>(unknownCall);
  if (found.outcome === 'done' && found.object) made(order, found.object);
  if (found.outcome === 'not_done') update(order.id, { refund: null, note: 'Not refunded. Try again.' });
  if (found.outcome === 'ambiguous') update(order.id, { note: `Is it refunded? Ask again. ${found.reason}` });
}

function made(order: Order, { status }: Refund): void {
  if (status === 'completed') update(order.id, { status: 'refunded', refund: null, note: null });
  else if (status === 'failed') update(order.id, { refund: null, note: 'The refund failed.' });
  else update(order.id, { note: 'The refund is under way.' });
}

// The pages. They need no JavaScript.

import type { Order } from './orders.js';
import type { State } from './payments.js';

const MESSAGES: Record<State, string> = {
  paid: 'Thank you, your order is paid.',
  pending: 'We are waiting for your payment. If you have just paid, look again in a minute.',
  cancelled: 'You have not paid. Your order is kept.',
  expired: 'The time to pay is over. You can start again.',
  refunded: 'Your money was sent back.',
};

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** 15000 is "15 000 F CFA"; the line does not break at its spaces. */
const money = (amount: number) => `${amount.toLocaleString('fr')} F CFA`.replace(/\s/g, '\u00a0');

const button = (action: string, name: string, text: string) =>
  `<form method="post" action="${action}"><button name="${name}">${text}</button></form>`;

const note = (order: Order) => (order.note ? `<p class="note">${escape(order.note)}</p>` : '');

export const page = (title: string, content: string) => `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/shop.css">
<header><a href="/">The coffee shop</a> <a href="/orders">Orders</a></header>
<main><h1>${title}</h1>
${content}
</main></html>
`;

export const productPage = (price: number) =>
  page(
    'Coffee beans, 1 kg',
    `<p>Arabica, roasted this week.</p>
<p class="price">${money(price)}</p>
${button('/orders', 'pay', 'Pay')}`,
  );

export const orderPage = (order: Order, state: State) =>
  page(
    'Your order',
    `<p data-status="${state}">${MESSAGES[state]}</p>
${note(order)}
<p>Coffee beans, 1 kg: ${money(order.amount)}</p>
<p class="muted">Order ${order.id}</p>
${state === 'paid' || state === 'refunded' ? '' : button(`/orders/${order.id}/pay`, 'pay', 'Pay')}`,
  );

const row = (order: Order) => `<tr data-order="${order.id}">
<td><a href="/orders/${order.id}">${order.id.slice(0, 8)}</a></td>
<td data-status="${order.status}">${order.status}</td>
<td>${money(order.amount)}</td>
<td data-paid-count="${order.paid_count}">${order.paid_count}</td>
<td>${order.status === 'paid' ? button(`/orders/${order.id}/refund`, 'refund', 'Refund') : ''}${note(order)}</td>
</tr>`;

export const ordersPage = (orders: Order[]) =>
  page(
    'Orders',
    `<table>
<tr><th>Order</th><th>Status</th><th>Amount</th><th>Times paid</th><th></th></tr>
${orders.map(row).join('\n')}
</table>`,
  );

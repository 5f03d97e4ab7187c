'use strict';

// Sends the same bytes each time, so that the benchmark measures only the client.

const net = require('node:net');

const session = (at) => ({
  checkout_session_id: `7d943e05-874f-4f72-8050-${String(at).padStart(12, '0')}`,
  checkout_url: `https://checkout.lomi.africa/7d943e05-874f-4f72-8050-${String(at).padStart(12, '0')}`,
  organization_id: 'a22a4972-b21d-4653-bab4-dddc5e097f3a',
  status: 'open',
  amount: 15000,
  currency_code: 'XOF',
  title: 'Coffee Beans - 1kg',
  description: 'Café torréfié à l’atelier, livré à Abidjan et au cœur de Dakar',
  customer_id: '123e4567-e89b-12d3-a456-426614174000',
  customer_email: 'customer@example.com',
  customer_name: 'Awa Koné',
  customer_phone: '+221771234567',
  customer_city: 'Dakar',
  customer_country: 'SN',
  customer_address: null,
  customer_postal_code: null,
  product_id: '123e4567-e89b-12d3-a456-426614174000',
  price_id: '321e4567-e89b-12d3-a456-426614174000',
  subscription_id: null,
  payment_link_id: null,
  payment_request_id: null,
  installment_plan_id: null,
  allow_quantity: false,
  quantity: 1,
  allow_coupon_code: true,
  require_billing_address: false,
  success_url: 'https://example.com/success?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://example.com/cancel',
  is_pos: false,
  is_spi: false,
  qr_code_data: null,
  metadata: { order_id: 'ORDER-12345', cart: 'abc' },
  expires_at: '2026-11-21T10:06:01.295Z',
  created_at: '2026-11-21T09:06:01.295Z',
  updated_at: '2026-11-21T09:06:01.295Z',
});

function answer(status, value) {
  const body = Buffer.from(JSON.stringify(value));
  const head =
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\n` +
    `x-request-id: 048aa94a-d7f4-4aec-be65-6d67d284cd41\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const ONE = answer('200 OK', session(1));
const MADE = answer('201 Created', session(1));
const LIST = answer('200 OK', { data: Array.from({ length: 100 }, (_, at) => session(at)), has_more: false });

const server = net.createServer((socket) => {
  socket.setNoDelay(true);
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      const line = text.slice(0, text.indexOf('\r\n'));
      text = text.slice(end + 4 + length);
      if (line.startsWith('POST')) socket.write(MADE);
      else socket.write(/sessions(\?| )/.test(line) ? LIST : ONE);
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

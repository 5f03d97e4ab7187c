'use strict';

// Webhooks: the signature over the raw body, and the event.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const lomi = require('..');
const { BODY, SECRET, SIGNATURE, wrong } = require('./helpers/delivery.js');

const { webhooks } = lomi;

test('an event is read from the raw body in every form of bytes', () => {
  for (const payload of [
    BODY,
    Buffer.from(BODY),
    new TextEncoder().encode(BODY),
    new TextEncoder().encode(BODY).buffer,
  ]) {
    const event = webhooks.constructEvent(payload, SIGNATURE, SECRET);
    assert.equal(event.event, 'PAYMENT_SUCCEEDED');
    assert.equal(event.data.transaction_id, 'tx_1');
    assert.equal(event.data.gross_amount, 9007199254740993n);
    assert.ok(event instanceof lomi.Event);
    assert.equal(event.lastResponse, null);
  }
  assert.equal(webhooks.sign(BODY, SECRET), SIGNATURE);
  for (const header of [SIGNATURE.toUpperCase(), `sha256=${SIGNATURE}`, [SIGNATURE]]) {
    assert.equal(webhooks.constructEvent(BODY, header, SECRET).id, '5c0f');
  }
});

test('the name of an event decides the class of its data', () => {
  const read = (event, data) => {
    const body = JSON.stringify({ id: '1', event, data });
    return webhooks.constructEvent(body, webhooks.sign(body, SECRET), SECRET);
  };
  for (const [name, type] of [
    ['payment.failed', lomi.Transaction],
    ['REFUND_CREATED', lomi.Refund],
    ['SUBSCRIPTION_CANCELED', lomi.Subscription],
    ['SUBSCRIPTION_UPDATED', lomi.SubscriptionChange],
    ['PAYOUT_FAILED', lomi.Payout],
    ['DISPUTE_CLOSED', lomi.Dispute],
    ['checkout.session.expired', lomi.CheckoutSession],
    ['USAGE_RECORDED', Object],
    ['SOMETHING_NEW', Object],
    ['constructor', Object],
  ]) {
    const { data } = read(name, { status: 'failed', new: { a: 1 } });
    assert.equal(Object.getPrototypeOf(data), type.prototype, name);
    assert.deepEqual({ ...data }, { status: 'failed', new: { a: 1 } });
  }
  const { data } = read('SUBSCRIPTION_UPDATED', { object: { subscription_id: 's' } });
  assert.ok(data.object instanceof lomi.Subscription);
  assert.equal(read('PAYMENT_FAILED', 'gone').data, 'gone');
  assert.equal(read('PAYMENT_FAILED', null).data, null);
});

test('a parsed body is refused, and the error says what to do', () => {
  for (const parsed of [JSON.parse(BODY), null, undefined, 5, []]) {
    assert.throws(
      () => webhooks.constructEvent(parsed, SIGNATURE, SECRET),
      (error) => wrong(lomi.WebhookPayloadError)(error) && /raw body/.test(error.message),
    );
  }
});

test('a delivery without a valid signature is refused', () => {
  for (const signature of [
    '',
    null,
    undefined,
    'xyz',
    '00',
    SIGNATURE.slice(2),
    SIGNATURE.replace(/^./, 'z'),
    't=1,s=2',
    [SIGNATURE, SIGNATURE],
  ]) {
    assert.throws(
      () => webhooks.constructEvent(BODY, signature, SECRET),
      wrong(lomi.SignatureVerificationError),
    );
  }
  assert.throws(
    () => webhooks.constructEvent(`${BODY} `, SIGNATURE, SECRET),
    wrong(lomi.SignatureVerificationError),
  );
  const parsedAndWritten = JSON.stringify({ ...JSON.parse(BODY), data: {} });
  assert.throws(
    () => webhooks.constructEvent(parsedAndWritten, SIGNATURE, SECRET),
    wrong(lomi.SignatureVerificationError),
  );
});

test('a valid signature of an unusable body', () => {
  for (const body of [
    '',
    'null',
    '[]',
    '{"id":1',
    '{}',
    '{"id":"1"}',
    '{"id":"1","event":"A","event":"B","data":{}}',
  ]) {
    const signature = webhooks.sign(body, SECRET);
    assert.throws(
      () => webhooks.constructEvent(body, signature, SECRET),
      wrong(lomi.WebhookPayloadError),
      body,
    );
  }
});

test('secrets: several, from the environment, none, and unusable ones', () => {
  assert.equal(webhooks.constructEvent(BODY, SIGNATURE, ['whsec_new', SECRET]).id, '5c0f');
  delete process.env.LOMI_WEBHOOK_SECRET;
  assert.throws(() => webhooks.constructEvent(BODY, SIGNATURE), /LOMI_WEBHOOK_SECRET/);
  process.env.LOMI_WEBHOOK_SECRET = SECRET;
  assert.equal(webhooks.constructEvent(BODY, SIGNATURE).id, '5c0f');
  delete process.env.LOMI_WEBHOOK_SECRET;
  for (const secret of ['', '  ', `${SECRET} `, [], 5, [5]]) {
    assert.throws(() => webhooks.constructEvent(BODY, SIGNATURE, secret), wrong(lomi.ConfigurationError));
  }
});

test('maxAge refuses an old delivery', () => {
  const old = BODY.replace(/"timestamp":"[^"]*"/, '"timestamp":"2026-01-01T00:00:00Z"');
  const signature = webhooks.sign(old, SECRET);
  assert.equal(webhooks.constructEvent(old, signature, SECRET).id, '5c0f');
  assert.throws(() => webhooks.constructEvent(old, signature, SECRET, { maxAge: 300 }), lomi.LomiError);
  const receivedAt = new Date('2026-01-01T00:04:00Z');
  assert.equal(webhooks.constructEvent(old, signature, SECRET, { maxAge: 300, receivedAt }).id, '5c0f');
  assert.throws(
    () => webhooks.constructEvent(old, signature, SECRET, { maxAge: NaN }),
    wrong(lomi.ValidationError),
  );
  assert.throws(
    () => webhooks.constructEvent(old, signature, SECRET, { maxAge: -1 }),
    wrong(lomi.ValidationError),
  );
});

test('secrets separated by commas; a secret in quotes is refused', () => {
  for (const secret of ['whsec_new', SECRET]) {
    const signature = webhooks.sign(BODY, secret);
    assert.equal(webhooks.constructEvent(BODY, signature, ` whsec_new , ${SECRET}`).id, '5c0f');
    process.env.LOMI_WEBHOOK_SECRET = `whsec_new,${SECRET}`;
    assert.equal(webhooks.constructEvent(BODY, signature).id, '5c0f');
    delete process.env.LOMI_WEBHOOK_SECRET;
  }
  assert.throws(() => webhooks.constructEvent(BODY, SIGNATURE, `"${SECRET}"`), /quotes/);
});

test('a body is not parsed before its signature is verified', () => {
  const body = Buffer.concat([Buffer.from('['), Buffer.alloc(14 << 20, '0,'), Buffer.from('0]')]);
  const before = process.memoryUsage().rss;
  assert.throws(
    () => webhooks.constructEvent(body, '0'.repeat(64), SECRET),
    wrong(lomi.SignatureVerificationError),
  );
  assert.ok(process.memoryUsage().rss - before < 8 << 20);
});

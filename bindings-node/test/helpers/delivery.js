'use strict';

// A signed webhook delivery.

const { createHmac } = require('node:crypto');

const lomi = require('../..');

const SECRET = 'whsec_5f2b8d';
const BODY = JSON.stringify({
  id: '5c0f',
  event: 'PAYMENT_SUCCEEDED',
  timestamp: new Date().toISOString(),
  data: { transaction_id: 'tx_1', gross_amount: 9007199254740993 },
}).replace('9007199254740992', '9007199254740993');
const SIGNATURE = createHmac('sha256', SECRET).update(BODY).digest('hex');

/** A check of a thrown error. */
const wrong = (type) => (error) => error instanceof type && error instanceof lomi.LomiError;

module.exports = { BODY, SECRET, SIGNATURE, wrong };

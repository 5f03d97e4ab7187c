'use strict';

const native = require('../../native.js');
const { errors } = require('../errors.js');

/** The error for a create whose response (`response`) names an unpaid invoice in place of a session. */
function paymentRequiredError(response) {
  const { blocking_invoice: invoice, reason, lastResponse } = response;
  const number = invoice?.invoice_number ?? invoice?.invoice_id;
  const shown = typeof number === 'string' ? number : undefined;
  return new errors.PaymentRequiredError(native.paymentRequired(shown), {
    ...lastResponse?.toJSON(),
    code: reason,
    outcome: 'final',
    operation: 'create_checkout_session',
    paymentRequired: response,
  });
}

module.exports = { paymentRequiredError };

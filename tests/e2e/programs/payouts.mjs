// Pays out once for each line of standard input, as a program that decides at once.
//
// A line is {"amount": ..., "key": ...}; what comes of it is printed as one line.

import { createInterface } from 'node:readline';
// In a project of your own this is: from 'lomi'
import { LomiClient, LomiError } from '../../../bindings-node/index.mjs';

const client = new LomiClient({ maxRetries: 4 });

for await (const line of createInterface({ input: process.stdin })) {
  const { amount, key } = JSON.parse(line);
  try {
    const payout = await client.payouts.create(
      { amount, currency_code: 'XOF', destination: 'beneficiary', rail: 'wave' },
      { idempotencyKey: key, confirm: () => true },
    );
    console.log(JSON.stringify({ id: payout.payout_id }));
  } catch (error) {
    if (!(error instanceof LomiError)) throw error;
    console.log(JSON.stringify({ error: error.kind, outcome: error.outcome }));
  }
}

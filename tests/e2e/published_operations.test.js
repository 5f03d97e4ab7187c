'use strict';

// Every operation of the client published before this one works with the sandbox, except where that
// client cannot read the documented API.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { it } = require('node:test');
const { promisify } = require('node:util');

const { openFixture } = require('./lib/fixture.js');

const PYTHON = path.join(__dirname, '../../target/published/bin/python');
const PROGRAM = path.join(__dirname, 'programs/published_operations.py');

// What its users cannot create, a server has from elsewhere.
const OBJECTS = {
  invoices: { amount: 500 },
  events: { event_name: 'calls' },
  installment_payments: {},
  meter_balances: {},
  payout_methods: {},
  spi_account_aliases: {},
};

// It declares the events of a webhook as one string; every server that was read sends a list.
const DEFECTS = ['create_webhook', 'list_webhooks', 'retrieve_webhook', 'update_webhook'];

it('plays all 84 operations of lomi 1.1.0', async (t) => {
  const { sandbox, control } = await openFixture(t);
  for (const [resource, fields] of Object.entries(OBJECTS)) await control(`/objects/${resource}`, fields);
  const session = await fetch(`${sandbox.url}/v1/checkout_sessions`, {
    method: 'POST',
    headers: { 'X-API-KEY': sandbox.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ amount: 5000, currency_code: 'XOF' }),
  });
  const { checkout_session_id: id } = await session.json();
  await control(`/sessions/${id}/pay`);

  const env = { PATH: process.env.PATH, LOMI_BASE_URL: `${sandbox.url}/v1`, LOMI_API_KEY: sandbox.apiKey };
  const { stdout } = await promisify(execFile)(PYTHON, [PROGRAM], { env });
  const played = stdout.trim().split('\n').map((line) => JSON.parse(line));
  const failed = played.filter((one) => one.problem);
  t.diagnostic(`lomi 1.1.0: ${played.length - failed.length} operations of ${played.length} work`);
  assert.equal(played.length, 84);
  assert.deepEqual(failed.map((one) => one.operation).sort(), DEFECTS.map((name) => `WebhooksApi.${name}`).sort());
  for (const { problem } of failed) assert.match(problem, /^ValidationError: .*authorized_events/s);
});

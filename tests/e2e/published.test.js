'use strict';

// The client published before this one works with the sandbox, which serves the documented API.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { before, it } = require('node:test');
const { promisify } = require('node:util');

const { openFixture } = require('./lib/fixture.js');

const PYTHON = path.join(__dirname, '../../target/published/bin/python');

const results = {};
before(async () => {
  const endings = [];
  const { sandbox } = await openFixture({ after: (end) => endings.push(end) });
  try {
    const env = { PATH: process.env.PATH, LOMI_BASE_URL: `${sandbox.url}/v1`, LOMI_API_KEY: sandbox.apiKey };
    const program = path.join(__dirname, 'programs/published.py');
    const { stdout } = await promisify(execFile)(PYTHON, [program], { env });
    for (const line of stdout.trim().split('\n')) {
      const { call, ...result } = JSON.parse(line);
      results[call] = result;
    }
  } finally {
    for (const end of endings) await end();
  }
});

it('is the published client, 1.1.0', () => {
  assert.deepEqual(results.version, { version: '1.1.0', native: false });
});

it('creates', () => {
  const { create } = results;
  assert.match(create.checkout_session_id, /^[0-9a-f-]{36}$/);
  assert.equal(create.status, 'open');
  assert.equal(create.amount, 15000);
  assert.equal(create.currency_code, 'XOF');
  assert.equal(create.environment, 'test');
  assert.equal(create.allowed_providers, 'WAVE,ORANGE');
  assert.deepEqual(create.metadata, { order: '42' });
});

it('retrieves', () => assert.deepEqual(results.retrieve, { same: true, typed: true }));

it('lists and pages', () => {
  assert.equal(results.list.rows, 2);
  assert.equal(results.list.pagination.total, 3);
  assert.deepEqual(results.rest.ids, [results.create.checkout_session_id]);
});

it('updates', () => {
  assert.deepEqual(results.update, { title: 'A new title', metadata: { order: '43' }, amount: 15000 });
});

it('deletes, after which it is not found', () => {
  const gone = { status: 404, kind: 'NotFoundException' };
  assert.deepEqual([results['retrieve after delete'], results['delete after delete']], [gone, gone]);
});

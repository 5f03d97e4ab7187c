'use strict';

// The client that was published before this one works with the sandbox: it serves what was
// documented, not only what our own client asks for.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { before, it } = require('node:test');
const { promisify } = require('node:util');

const { openStage } = require('./lib/stage.js');

const PYTHON = path.join(__dirname, '../../target/published/bin/python');

const told = {};
before(async () => {
  const endings = [];
  const { sandbox } = await openStage({ after: (end) => endings.push(end) });
  try {
    const env = { PATH: process.env.PATH, LOMI_BASE_URL: `${sandbox.url}/v1`, LOMI_API_KEY: sandbox.apiKey };
    const program = path.join(__dirname, 'programs/published.py');
    const { stdout } = await promisify(execFile)(PYTHON, [program], { env });
    for (const line of stdout.trim().split('\n')) {
      const { call, ...found } = JSON.parse(line);
      told[call] = found;
    }
  } finally {
    for (const end of endings) await end();
  }
});

it('is the published client, 1.1.0', () => {
  assert.deepEqual(told.version, { version: '1.1.0', native: false });
});

it('creates', () => {
  const { create } = told;
  assert.match(create.checkout_session_id, /^[0-9a-f-]{36}$/);
  assert.equal(create.status, 'open');
  assert.equal(create.amount, 15000);
  assert.equal(create.currency_code, 'XOF');
  assert.equal(create.environment, 'test');
  assert.equal(create.allowed_providers, 'WAVE,ORANGE');
  assert.deepEqual(create.metadata, { order: '42' });
});

it('retrieves', () => assert.deepEqual(told.retrieve, { same: true, typed: true }));

it('lists and pages', () => {
  assert.equal(told.list.rows, 2);
  assert.equal(told.list.pagination.total, 3);
  assert.deepEqual(told.rest.ids, [told.create.checkout_session_id]);
});

it('updates', () => {
  assert.deepEqual(told.update, { title: 'A new title', metadata: { order: '43' }, amount: 15000 });
});

it('deletes, after which there is nothing', () => {
  const gone = { status: 404, kind: 'NotFoundException' };
  assert.deepEqual([told['retrieve after delete'], told['delete after delete']], [gone, gone]);
});

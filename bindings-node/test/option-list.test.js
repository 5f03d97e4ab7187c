'use strict';

// The list of options and error members in core/spec/options.json is what the package has.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { Configuration, LomiClient, LomiError } = require('../index.js');
const { exported } = require('./helpers/declarations.js');

const ROOT = path.join(__dirname, '../..');
const LIST = JSON.parse(fs.readFileSync(path.join(ROOT, 'core/spec/options.json'), 'utf8'));
const DECLARED = exported();

function listed(section) {
  return LIST[section].flatMap((entry) => entry.node ?? []).sort();
}

/** The members that the package declares in an interface or class. */
function declared(name) {
  const [, body] = new RegExp(`^export (?:interface|declare class) ${name}\\b.*\\{\\n([^]*?)^\\}`, 'm').exec(
    DECLARED,
  );
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??: /gm)].map(([, member]) => member).sort();
}

/** The names in the message that refuses an unknown option. */
function accepted(message) {
  return /there are (.*)$/.exec(message)[1].split(', ').sort();
}

const UNKNOWN = { qqqqqqqqqqqqqqqqqqqqqqqq: 1 };

test('options of a client', () => {
  assert.deepEqual(declared('LomiClientOptions'), listed('client'));
  assert.throws(
    () => new LomiClient({ apiKey: 'lomi_sk_test_1', ...UNKNOWN }),
    ({ message }) => {
      assert.deepEqual(accepted(message), listed('client'));
      return true;
    },
  );
});

test('options of a call', async () => {
  assert.deepEqual(declared('CallOptions'), listed('call'));
  const { checkoutSessions } = new LomiClient('lomi_sk_test_1');
  await assert.rejects(
    async () => checkoutSessions.get('cs_1', UNKNOWN),
    ({ message }) => {
      assert.deepEqual(accepted(message), listed('call'));
      return true;
    },
  );
});

test('options of a download', async () => {
  assert.deepEqual(declared('DownloadOptions'), listed('download'));
  await assert.rejects(
    new LomiClient('lomi_sk_test_1').download('https://x.test', UNKNOWN),
    ({ message }) => {
      assert.deepEqual(accepted(message), listed('download'));
      return true;
    },
  );
});

test('settings of a configuration', () => {
  assert.throws(
    () => new Configuration({ apiKey: 'lomi_sk_test_1', ...UNKNOWN }),
    ({ message }) => {
      assert.deepEqual(accepted(message), listed('configuration'));
      return true;
    },
  );
  const own = declared('ConfigurationOptions');
  assert.deepEqual(
    [...declared('LomiClientOptions'), ...own].filter((name) => !['baseUrl', 'record'].includes(name)).sort(),
    listed('configuration'),
  );
});

test('options of a webhook', () => {
  const [, parameters] = /^ {2}constructEvent\(\n([^]*?)^ {2}\)/m.exec(DECLARED);
  const named = [...parameters.matchAll(/^ {4}(\w+)\??: /gm)].map(([, name]) => name);
  const options = named.filter((name) => name !== 'options').concat(declared('ConstructEventOptions'));
  assert.deepEqual(options.sort(), listed('webhook'));
});

test('members of an error', () => {
  assert.deepEqual([...declared('LomiError'), 'message'].sort(), listed('error'));
  const error = new LomiError('what went wrong');
  assert.deepEqual(
    listed('error').filter((name) => !(name in error)),
    [],
  );
});

'use strict';

// Errors in French: by the option `lang`, and by `LOMI_LANG`.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { before, test } = require('node:test');

const lomi = require('..');
const { sandbox } = require('./helpers/sandbox.js');

const SECRET = 'whsec_1234567890abcdef';

let api;
before(async () => {
  const { url, test_key: apiKey } = await sandbox();
  api = { baseUrl: url, apiKey };
});

/** The messages of one call in French and in English, whose errors have all but the words in common. */
async function refused(options, call) {
  const [french, english] = await Promise.all(
    ['fr', 'en'].map(async (lang) => {
      const client = new lomi.LomiClient({ ...options, lang, maxRetries: 0 });
      return (async () => call(client))().then(
        () => assert.fail('no error'),
        (error) => error,
      );
    }),
  );
  for (const name of ['constructor', 'kind', 'code', 'status', 'outcome']) {
    assert.equal(french[name], english[name], name);
  }
  return [french.message, english.message];
}

test('an invalid argument', async () => {
  for (const [call, french, english] of [
    [
      (client) => client.checkoutSessions.get('cs_1', { maxRetries: 'x' }),
      'maxRetries doit être un nombre entier à partir de 0, et non "x"',
      'maxRetries must be a whole number from 0, not "x"',
    ],
    [
      (client) => client.request({ method: 'GE T', path: '/a' }),
      '"GE T" n\'est pas une méthode HTTP',
      '"GE T" is no HTTP method',
    ],
    [
      (client) => client.checkoutSessions.create({ amount: NaN }),
      "amount n'est pas un nombre fini",
      'amount is not a finite number',
    ],
  ]) {
    const said = await refused(api, call);
    assert.ok(said[0].includes(french) && said[1].includes(english), said.join('\n'));
    assert.notEqual(said[0], said[1]);
  }
});

test('what does not exist', async () => {
  for (const id of ['3f0e2f6e-0f3a-4a5e-9b57-0c5d0f5a4c11', 'cs_none']) {
    const [french, english] = await refused(api, (client) => client.checkoutSessions.get(id));
    // The server's own words are not translated.
    assert.equal(french.replace(' :', ':'), english);
  }
});

test('a refused connection', async () => {
  const options = { apiKey: 'lomi_sk_test_1', baseUrl: 'http://127.0.0.1:1' };
  const [french, english] = await refused(options, (client) => client.checkoutSessions.get('cs_1'));
  assert.match(french, /^le serveur est injoignable : /);
  assert.match(english, /^the server was not reached: /);
});

test('a setting beside the language, and a language that there is no translation for', () => {
  const made = (options) => () => new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', ...options });
  const wrong = (message) => (error) => {
    assert.ok(error instanceof lomi.ConfigurationError);
    assert.match(error.message, message);
    return true;
  };
  assert.throws(made({ lang: 'fr', allowHttp: 5 }), wrong(/^allowHttp doit être true ou false/));
  assert.throws(made({ lang: 'de' }), wrong(/lang.*de/));
});

test('LOMI_LANG', () => {
  const { LOMI_API_KEY: _key, LOMI_WEBHOOK_SECRET: _secret, ...env } = process.env;
  for (const [call, kind, french] of [
    [
      `webhooks.constructEvent('{}', '0'.repeat(64), '${SECRET}')`,
      'SignatureVerificationError',
      'la signature ne correspond pas',
    ],
    ["webhooks.constructEvent('{}', '0')", 'ConfigurationError', 'aucun secret de webhook'],
    ["webhooks.constructEvent('{}', '0', 5)", 'ConfigurationError', 'doit être une chaîne'],
    [`webhooks.constructEvent({}, '0', '${SECRET}')`, 'WebhookPayloadError', 'et non le corps brut'],
    [
      "new webhooks.DatabaseStore(() => 1, {dialect: 'mysql', table: 'a b'})",
      'ConfigurationError',
      'un nom simple',
    ],
    ['new LomiClient()', 'ConfigurationError', "aucune clé d'API"],
  ]) {
    const script = `const { LomiClient, webhooks } = require(${JSON.stringify(path.join(__dirname, '..'))});
      try { ${call}; } catch (error) { console.log(error.kind + ': ' + error.message); }`;
    for (const [lang, isFrench] of [
      ['fr_SN.UTF-8', true],
      ['de', false],
    ]) {
      const { stdout } = spawnSync(process.execPath, ['-e', script], { env: { ...env, LOMI_LANG: lang } });
      const said = stdout.toString();
      assert.ok(said.startsWith(`${kind}: `), said);
      assert.equal(said.includes(french), isFrench, said);
    }
  }
});

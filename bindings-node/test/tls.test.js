'use strict';

// Certificates of servers and of the client, and proxies: as options of LomiClient and of
// Configuration.

const assert = require('node:assert/strict');
const https = require('node:https');
const net = require('node:net');
const { after, before, test } = require('node:test');
const { inspect } = require('node:util');

const lomi = require('..');
const { Certificates } = require('./helpers/certificates.js');
const { json, SESSION } = require('./helpers/server.js');

const certificates = new Certificates();
const listening = [];
before(() => {
  for (const name of ['first', 'second']) {
    certificates.authority(name);
    certificates.issue(`${name}-server`, name);
  }
  certificates.issue('client', 'first', 'client.test');
  certificates.write('both.pem', certificates.read('client.pem') + certificates.read('client.key'));
});
after(() => {
  for (const listener of listening) {
    listener.closeAllConnections?.();
    listener.close();
  }
});

async function listen(listener) {
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  listening.push(listener);
  return listener.address().port;
}

/** A server with a certificate of `authority` for localhost. It records the requests. */
async function encrypted(authority = 'first', options = {}) {
  const seen = [];
  const [key, cert] = [`${authority}-server.key`, `${authority}-server.pem`].map((file) =>
    certificates.read(file),
  );
  const listener = https.createServer({ key, cert, ...options }, (request, response) => {
    seen.push({ headers: request.headers, name: request.socket.getPeerCertificate().subject?.CN });
    json(response, 200, SESSION);
  });
  const port = await listen(listener);
  return { url: `https://localhost:${port}`, port, seen };
}

/** A proxy that connects to `port`, whatever host is requested. It records the heads of the requests. */
async function tunnel(port) {
  const heads = [];
  const listener = net.createServer((client) => {
    let head = '';
    const read = (chunk) => {
      head += chunk;
      if (!head.endsWith('\r\n\r\n')) return;
      client.off('data', read);
      heads.push(head);
      const server = net.connect(port, '127.0.0.1');
      for (const socket of [client, server])
        socket.on('error', () => [client, server].forEach((s) => s.destroy()));
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(server).pipe(client);
    };
    client.on('data', read);
  });
  return { address: `127.0.0.1:${await listen(listener)}`, heads };
}

const first = () => ({ caFile: certificates.file('first.pem'), maxRetries: 0 });

/** Reads a session through LomiClient, then through the documented classes. */
const CALLS = [
  [
    'LomiClient',
    (baseUrl, options) =>
      new lomi.LomiClient({ apiKey: 'lomi_sk_test_1', baseUrl, ...options }).checkoutSessions.get('cs_1'),
  ],
  [
    'Configuration',
    (basePath, options) => {
      const configuration = new lomi.Configuration({ apiKey: 'lomi_sk_test_1', basePath, ...options });
      return new lomi.CheckoutSessionsApi(configuration).retrieveCheckoutSession('cs_1');
    },
  ],
];

for (const [way, get] of CALLS) {
  test(`a client certificate, where the server requests one: ${way}`, async () => {
    const ca = certificates.read('first.pem');
    const { url, seen } = await encrypted('first', { ca, requestCert: true, rejectUnauthorized: true });
    const apart = {
      certificateFile: certificates.file('client.pem'),
      keyFile: certificates.file('client.key'),
    };
    for (const own of [apart, { certificateFile: certificates.file('both.pem') }]) {
      assert.equal((await get(url, { ...first(), ...own })).amount, 5000);
      assert.equal(seen.pop().name, 'client.test');
    }
    await assert.rejects(get(url, first()), lomi.APIConnectionError);
    for (const [wrong, why] of [
      [{ certificateFile: '/no/such.pem' }, /\/no\/such\.pem/],
      [{ ...apart, keyFile: certificates.file('client.pem') }, /no BEGIN PRIVATE KEY in it/],
    ]) {
      await assert.rejects(get(url, { ...first(), ...wrong }), ({ kind, message }) => {
        assert.equal(kind, 'ConfigurationError');
        assert.match(message, why);
        return true;
      });
    }
    assert.deepEqual(seen, []);
  });

  test(`another name on the certificate of the server: ${way}`, async () => {
    const { port, seen } = await encrypted();
    const url = `https://127.0.0.1:${port}`;
    await assert.rejects(get(url, first()), lomi.TLSError);
    await assert.rejects(get(url, { ...first(), tlsServerName: 'other.test' }), lomi.TLSError);
    assert.equal(seen.length, 0);
    const session = await get(url, { ...first(), tlsServerName: 'localhost' });
    assert.equal(session.amount, 5000);
    assert.equal(seen[0].headers.host, `127.0.0.1:${port}`);
  });

  test(`several files of authorities: ${way}`, async () => {
    const servers = [await encrypted('first'), await encrypted('second')];
    const files = ['first.pem', 'second.pem'].map((file) => certificates.file(file));
    for (const { url } of servers) {
      assert.equal((await get(url, { caFiles: files, maxRetries: 0 })).amount, 5000);
      assert.equal((await get(url, { caFile: files[0], caFiles: [files[1]] })).amount, 5000);
    }
    await assert.rejects(get(servers[1].url, { caFiles: files.slice(0, 1) }), lomi.TLSError);
    assert.equal(servers[1].seen.length, 2);
  });

  test(`headers for the proxy go to the proxy alone: ${way}`, async () => {
    const { port, seen } = await encrypted();
    const { address, heads } = await tunnel(port);
    const options = { ...first(), tlsServerName: 'localhost', proxy: `http://user:word@${address}` };
    for (const proxyHeaders of [
      { 'X-Office': 'dakar', 'X-Ticket': 'ticketpart' },
      new Headers({ 'x-office': 'dakar', 'x-ticket': 'ticketpart' }),
    ]) {
      await get('https://api.lomi.test', { ...options, proxyHeaders });
      const head = heads.pop();
      assert.match(head, /^CONNECT api\.lomi\.test:443 HTTP\/1\.1\r\n/);
      assert.match(head, /^x-office: dakar\r$/im);
      assert.match(head, /^x-ticket: ticketpart\r$/im);
      assert.match(head, /^proxy-authorization: basic /im);
      assert.ok(!head.includes('lomi_sk'));
      const { headers } = seen.pop();
      assert.equal(headers['x-api-key'], 'lomi_sk_test_1');
      assert.deepEqual(
        Object.keys(headers).filter((name) => /office|ticket|proxy/.test(name)),
        [],
      );
    }
  });
}

test('another key keeps the proxy with its headers', async () => {
  const { port, seen } = await encrypted();
  const { address, heads } = await tunnel(port);
  const options = { ...first(), proxy: `http://${address}`, proxyHeaders: { 'x-office': 'dakar' } };
  const client = new lomi.LomiClient('lomi_sk_test_1', { ...options, baseUrl: `https://localhost:${port}` });
  client.setApiKey('lomi_sk_test_2');
  await client.checkoutSessions.get('cs_1');
  assert.equal(seen[0].headers['x-api-key'], 'lomi_sk_test_2');
  assert.match(heads[0], /^x-office: dakar\r$/im);
});

test('no output contains the headers for the proxy or an error about them', async () => {
  const options = { apiKey: 'lomi_sk_test_1', proxy: 'http://127.0.0.1:1', maxRetries: 0 };
  const make = (value) => new lomi.LomiClient({ ...options, proxyHeaders: { 'x-ticket': value } });
  const configuration = new lomi.Configuration({ ...options, proxyHeaders: { 'x-ticket': 'ticketpart' } });
  const client = make('ticketpart');
  const failed = await client.checkoutSessions.get('x').catch((error) => error);
  const refused = await make('ticketpart\n')
    .checkoutSessions.get('x')
    .catch((error) => error);
  assert.equal(failed.outcome, 'not_sent');
  assert.match(refused.message, /the header x-ticket has a line break/);
  for (const thing of [client, configuration, client.checkoutSessions, failed, refused]) {
    for (const shown of [
      inspect(thing, { showHidden: true, depth: Infinity, getters: true, customInspect: false }),
      inspect(thing, { showHidden: true, depth: Infinity }),
      JSON.stringify(thing) ?? '',
    ]) {
      assert.ok(!shown.includes('ticketpart'), shown);
    }
  }
  for (const [given, why] of [
    [5, /proxyHeaders is a number/],
    [{ 'x-office': NaN }, /proxyHeaders must have finite numbers/],
    [{ 'x-office': {} }, /^the header x-office must be a string, not object$/],
  ]) {
    assert.throws(
      () => new lomi.LomiClient({ ...options, proxyHeaders: given }),
      ({ kind, message }) => kind === 'ConfigurationError' && why.test(message),
    );
  }
});

'use strict';

// Downloads of the files that the API links to.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');

const lomi = require('..');
const { server, json } = require('./helpers/server.js');

const SECRET = 'c2lnbmF0dXJl';
const QUERY = `?expires=1790000000&signature=${SECRET}`;
const FILE = Buffer.from(Array.from({ length: 300_000 }, (_, number) => (number * 7) % 251));

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-download-'));
after(() => fs.rmSync(root, { recursive: true }));

const folder = () => fs.mkdtempSync(path.join(root, 'to-'));

const api = new lomi.LomiClient({
  apiKey: 'lomi_sk_test_secret1',
  baseUrl: 'http://127.0.0.1:1',
  headers: { Authorization: 'Bearer another', 'X-Shop': 'private' },
});

/** A server for one file; `respond` may answer differently. */
async function files(respond = (request, response) => response.end(FILE)) {
  const { url, seen } = await server(respond);
  return { link: `${url}/files/a.pdf${QUERY}`, seen };
}

async function failed(promise, Type) {
  const error = await promise.then(
    () => assert.fail('it succeeded'),
    (error) => error,
  );
  assert.equal(error.constructor, Type, String(error));
  const shown = `${error} ${error.stack} ${JSON.stringify(error)} ${require('node:util').inspect(error)}`;
  assert.ok(!shown.includes(SECRET) && !shown.includes('1790000000'), shown);
  return error;
}

test('bytes are returned, and no secret is sent', async () => {
  const { link, seen } = await files();
  const bytes = await api.download(link);
  assert.ok(Buffer.isBuffer(bytes) && bytes.equals(FILE));
  const [{ method, url, headers }] = seen;
  assert.equal(`${method} ${url}`, `GET /files/a.pdf${QUERY}`);
  assert.deepEqual(Object.keys(headers).sort(), ['accept', 'accept-encoding', 'host', 'user-agent']);
});

test('a file is saved, and replaces an earlier one', async () => {
  const { link } = await files();
  const to = path.join(folder(), 'a.pdf');
  fs.writeFileSync(to, 'old');
  assert.equal(await api.download(link, { to }), FILE.length);
  assert.ok(fs.readFileSync(to).equals(FILE));
  assert.deepEqual(fs.readdirSync(path.dirname(to)), ['a.pdf']);
  assert.equal(fs.statSync(to).mode & 0o777, 0o600);
});

test('an empty file is one', async () => {
  const { link } = await files((request, response) => response.end());
  assert.deepEqual(await api.download(link), Buffer.alloc(0));
  assert.equal(await api.download(link, { to: path.join(folder(), 'a') }), 0);
});

test('what is too large leaves nothing', async () => {
  const { link } = await files();
  const to = path.join(folder(), 'a.pdf');
  const maxBytes = FILE.length - 1;
  await failed(api.download(link, { maxBytes }), lomi.ResponseTooLargeError);
  await failed(api.download(link, { to, maxBytes }), lomi.ResponseTooLargeError);
  assert.deepEqual(fs.readdirSync(path.dirname(to)), []);
  await api.download(link, { maxBytes: FILE.length });
});

test('it is repeated as a read is', async () => {
  let count = 0;
  const { link, seen } = await files((request, response) => {
    count += 1;
    if (count === 1) return json(response, 503, {});
    if (count > 2) return response.end(FILE);
    response.writeHead(200, { 'content-length': FILE.length });
    response.write(FILE.subarray(0, 1000), () => response.destroy());
  });
  const to = path.join(folder(), 'a.pdf');
  assert.equal(await api.download(link, { to }), FILE.length);
  assert.ok(fs.readFileSync(to).equals(FILE));
  assert.equal(seen.length, 3);
});

test('a download that breaks leaves no file', async () => {
  const { link } = await files((request, response) => {
    response.writeHead(200, { 'content-length': FILE.length });
    response.write(FILE.subarray(0, 1000), () => response.destroy());
  });
  const to = path.join(folder(), 'a.pdf');
  const error = await failed(api.download(link, { to }), lomi.APIConnectionError);
  assert.equal(error.attempts, 3);
  assert.deepEqual(fs.readdirSync(path.dirname(to)), []);
});

test('an aborted download leaves no file', async () => {
  const controller = new AbortController();
  const { link } = await files((request, response) => {
    response.writeHead(200, { 'content-length': FILE.length });
    response.write(FILE.subarray(0, 1000), () => setTimeout(() => controller.abort(), 50));
  });
  const to = path.join(folder(), 'a.pdf');
  const error = await failed(api.download(link, { to, signal: controller.signal }), lomi.CancelledError);
  assert.deepEqual([error.operation, error.attempts], ['download', 1]);
  // The native library ends the call on its own thread.
  for (let turn = 0; turn < 200 && fs.readdirSync(path.dirname(to)).length > 0; turn++) await sleep(10);
  assert.deepEqual(fs.readdirSync(path.dirname(to)), []);
  await failed(api.download(link, { to, signal: AbortSignal.abort() }), lomi.CancelledError);
  assert.deepEqual(fs.readdirSync(path.dirname(to)), []);
});

test('a failure is the usual error without the signature', async () => {
  const kinds = {
    404: 'NotFoundError',
    403: 'PermissionDeniedError',
    302: 'UnexpectedRedirectError',
    500: 'ServerError',
  };
  for (const [status, kind] of Object.entries(kinds)) {
    const { link } = await files((request, response) =>
      json(response, Number(status), { message: `no ${request.url}` }, { location: `/b${QUERY}` }),
    );
    const to = path.join(folder(), 'a.pdf');
    const error = await failed(api.download(link, { to, maxRetries: 0 }), lomi[kind]);
    assert.ok(!`${JSON.stringify(error.headers)} ${error.body}`.includes(SECRET));
    assert.deepEqual(fs.readdirSync(path.dirname(to)), []);
  }
});

test('what is no link is refused', async () => {
  for (const link of [
    `http://files.example/a${QUERY}`,
    `https://u:${SECRET}@files.example/`,
    `/${SECRET}`,
    '',
    5,
  ]) {
    const error = await failed(api.download(link), lomi.ValidationError);
    assert.equal(error.attempts, 0);
  }
});

test('wrong options are refused before anything is sent', async () => {
  const { link, seen } = await files();
  const odd = [{ to: 5 }, { to: '' }, { to: root }, { maxBytes: 0 }, { maxBytes: -1 }, { maxBytes: 1.5 }];
  for (const options of [
    ...odd,
    { apiKey: 'lomi_sk_test_1' },
    { headers: {} },
    { timeout: 0 },
    { signal: 5 },
    5,
  ]) {
    await failed(api.download(link, options), lomi.ValidationError);
  }
  assert.equal(seen.length, 0);
});

test('hooks see the attempt, and no part of the link', async () => {
  const events = [];
  const client = new lomi.LomiClient({
    apiKey: 'lomi_sk_test_1',
    baseUrl: 'http://127.0.0.1:1',
    onRequest: (event) => events.push(event),
    onResponse: (event) => events.push(event),
  });
  const { link } = await files();
  await client.download(link);
  assert.deepEqual(
    events.map(({ operation }) => operation),
    ['download', 'download'],
  );
  assert.doesNotMatch(JSON.stringify(events), /signature|a\.pdf/);
});

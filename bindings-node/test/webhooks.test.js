'use strict';

// Webhooks: the signature over the raw body, the event, and the helpers in their frameworks.

const assert = require('node:assert/strict');
const { createHmac } = require('node:crypto');
const http = require('node:http');
const { after, describe, test } = require('node:test');

const lomi = require('..');
const { webhooks } = lomi;

const SECRET = 'whsec_5f2b8d';
const BODY = JSON.stringify({
  id: '5c0f',
  event: 'PAYMENT_SUCCEEDED',
  timestamp: new Date().toISOString(),
  data: { transaction_id: 'tx_1', gross_amount: 9007199254740993 },
}).replace('9007199254740992', '9007199254740993');
const SIGNATURE = createHmac('sha256', SECRET).update(BODY).digest('hex');

const wrong = (type) => (error) => error instanceof type && error instanceof lomi.LomiError;

test('an event is read from the raw body in every form of bytes', () => {
  for (const payload of [
    BODY,
    Buffer.from(BODY),
    new TextEncoder().encode(BODY),
    new TextEncoder().encode(BODY).buffer,
  ]) {
    const event = webhooks.constructEvent(payload, SIGNATURE, SECRET);
    assert.equal(event.event, 'PAYMENT_SUCCEEDED');
    assert.equal(event.data.transaction_id, 'tx_1');
    assert.equal(event.data.gross_amount, 9007199254740993n);
    assert.ok(event instanceof lomi.Event);
    assert.equal(event.lastResponse, null);
  }
  assert.equal(webhooks.sign(BODY, SECRET), SIGNATURE);
  for (const header of [SIGNATURE.toUpperCase(), `sha256=${SIGNATURE}`, [SIGNATURE]]) {
    assert.equal(webhooks.constructEvent(BODY, header, SECRET).id, '5c0f');
  }
});

test('a parsed body is refused, with the way out', () => {
  for (const parsed of [JSON.parse(BODY), null, undefined, 5, []]) {
    assert.throws(
      () => webhooks.constructEvent(parsed, SIGNATURE, SECRET),
      (error) => wrong(lomi.WebhookPayloadError)(error) && /raw body/.test(error.message),
    );
  }
});

test('what proves nothing is refused', () => {
  for (const signature of [
    '',
    null,
    undefined,
    'xyz',
    '00',
    SIGNATURE.slice(2),
    SIGNATURE.replace(/^./, 'z'),
    't=1,s=2',
    [SIGNATURE, SIGNATURE],
  ]) {
    assert.throws(
      () => webhooks.constructEvent(BODY, signature, SECRET),
      wrong(lomi.SignatureVerificationError),
    );
  }
  assert.throws(
    () => webhooks.constructEvent(`${BODY} `, SIGNATURE, SECRET),
    wrong(lomi.SignatureVerificationError),
  );
  const parsedAndWritten = JSON.stringify({ ...JSON.parse(BODY), data: {} });
  assert.throws(
    () => webhooks.constructEvent(parsedAndWritten, SIGNATURE, SECRET),
    wrong(lomi.SignatureVerificationError),
  );
});

test('a good signature over an unusable body', () => {
  for (const body of [
    '',
    'null',
    '[]',
    '{"id":1',
    '{}',
    '{"id":"1"}',
    '{"id":"1","event":"A","event":"B","data":{}}',
  ]) {
    const signature = webhooks.sign(body, SECRET);
    assert.throws(
      () => webhooks.constructEvent(body, signature, SECRET),
      wrong(lomi.WebhookPayloadError),
      body,
    );
  }
});

test('secrets: several, from the environment, none, and unusable ones', () => {
  assert.equal(webhooks.constructEvent(BODY, SIGNATURE, ['whsec_new', SECRET]).id, '5c0f');
  delete process.env.LOMI_WEBHOOK_SECRET;
  assert.throws(() => webhooks.constructEvent(BODY, SIGNATURE), /LOMI_WEBHOOK_SECRET/);
  process.env.LOMI_WEBHOOK_SECRET = SECRET;
  assert.equal(webhooks.constructEvent(BODY, SIGNATURE).id, '5c0f');
  delete process.env.LOMI_WEBHOOK_SECRET;
  for (const secret of ['', '  ', `${SECRET} `, [], 5, [5]]) {
    assert.throws(() => webhooks.constructEvent(BODY, SIGNATURE, secret), wrong(lomi.ConfigurationError));
  }
});

test('the age of a delivery, when asked for', () => {
  const old = BODY.replace(/"timestamp":"[^"]*"/, '"timestamp":"2026-01-01T00:00:00Z"');
  const signature = webhooks.sign(old, SECRET);
  assert.equal(webhooks.constructEvent(old, signature, SECRET).id, '5c0f');
  assert.throws(() => webhooks.constructEvent(old, signature, SECRET, { maxAge: 300 }), lomi.LomiError);
  const receivedAt = new Date('2026-01-01T00:04:00Z');
  assert.equal(webhooks.constructEvent(old, signature, SECRET, { maxAge: 300, receivedAt }).id, '5c0f');
  assert.throws(
    () => webhooks.constructEvent(old, signature, SECRET, { maxAge: NaN }),
    wrong(lomi.ValidationError),
  );
  assert.throws(
    () => webhooks.constructEvent(old, signature, SECRET, { maxAge: -1 }),
    wrong(lomi.ValidationError),
  );
});

/** Serves a listener on a free port. */
async function serve(listener) {
  const server = http.createServer(listener);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

const deliver = (url, body = BODY, signature = SIGNATURE) =>
  fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-lomi-signature': signature },
  }).then(async (response) => [response.status, await response.text()]);

/** Sends a body without a length, more of it than is read; gives the response. */
const deliverInChunks = (url) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers: { 'x-lomi-signature': SIGNATURE } });
    request.on('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve([response.statusCode, text]);
    });
    request.on('error', reject);
    request.write('x'.repeat(webhooks.MAX_BODY));
    request.write('x'); // and never an end
  });

/** What is written with `console.warn` meanwhile. */
async function warnings(work) {
  const { warn } = console;
  const lines = [];
  console.warn = (line) => lines.push(line);
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return lines;
}

/** What every helper answers to a delivery that is none, and what it writes to the log. */
async function refuses(url, logged = warnings) {
  const none = '[]';
  const cases = [
    [BODY, '0'.repeat(64), 400, 'invalid signature', /does not fit/],
    [BODY, '', 400, 'invalid signature', /missing/],
    ['', SIGNATURE, 400, 'invalid signature', /body is empty/],
    [none, webhooks.sign(none, SECRET), 400, 'invalid payload', /not an object/],
    ['x'.repeat(webhooks.MAX_BODY + 1), SIGNATURE, 413, 'payload too large', /1048576/],
  ];
  for (const [body, signature, status, error, reason] of cases) {
    const lines = await logged(async () => {
      assert.deepEqual(await deliver(url, body, signature), [status, JSON.stringify({ error })]);
    });
    assert.equal(lines.length, 1, lines.join());
    assert.match(lines[0], reason);
    assert.doesNotMatch(lines[0], /5f2b8d|5c0f/);
  }
}

/** What every helper has to do. */
async function behaves(url, events) {
  assert.equal((await deliver(url))[0], 200);
  assert.equal(events.at(-1).id, '5c0f');
  const count = events.length;
  const [status, text] = await deliver(url, `${BODY}\n`);
  assert.equal(status, 400);
  assert.match(JSON.parse(text).error, /signature/i);
  assert.equal((await deliver(url, BODY, ''))[0], 400);
  assert.equal(events.length, count);
  const failing = BODY.replace('5c0f', 'fail');
  assert.equal((await deliver(url, failing, webhooks.sign(failing, SECRET)))[0], 500);
}

function collect() {
  const events = [];
  return [
    events,
    async (event) => {
      if (event.id === 'fail') throw new Error('the handler failed');
      events.push(event);
    },
  ];
}

describe('lomi/express', () => {
  const express = require('express');
  const { webhook, keepRawBody } = require('../express.js');
  const quiet = (error, _request, response, _next) => response.status(500).json({ error: error.message });

  test('before, after and without a JSON parser', async () => {
    for (const middleware of [
      undefined,
      express.raw({ type: '*/*' }),
      express.text({ type: '*/*' }),
      express.json({ verify: keepRawBody }),
    ]) {
      const [events, handler] = collect();
      const app = express();
      if (middleware) app.use(middleware);
      app.post('/hook', webhook({ secret: SECRET }, handler));
      app.use(quiet);
      await behaves(`${await serve(app)}/hook`, events);
    }
  });

  test('a refusal says no reason to the sender, and the reason to the log', async () => {
    const app = express();
    app.post(
      '/hook',
      webhook({ secret: SECRET }, () => assert.fail('forged')),
    );
    await refuses(`${await serve(app)}/hook`);
    const lines = [];
    const logger = (line) => {
      lines.push(line);
      throw new Error('the log is full');
    };
    app.post(
      '/own',
      webhook({ secret: SECRET, logger }, () => {}),
    );
    assert.equal((await deliver(`${await serve(app)}/own`, BODY, ''))[0], 400);
    assert.match(lines[0], /missing/);
    assert.throws(() => webhook({ logger: 5 }, () => {}), wrong(lomi.ConfigurationError));
  });

  test('a body that was parsed before is a fault of the set-up, and says so', async () => {
    const [events, handler] = collect();
    const app = express();
    app.use(express.json());
    app.post('/hook', webhook({ secret: SECRET }, handler));
    app.use(quiet);
    const [status, text] = await deliver(`${await serve(app)}/hook`);
    assert.equal(status, 500);
    assert.match(text, /before app\.use\(express\.json\(\)\)/);
    assert.equal(events.length, 0);
  });

  test('the handler may answer itself; a route without one is not made', async () => {
    const app = express();
    app.post(
      '/hook',
      webhook({ secret: SECRET }, (event, _request, response) => response.status(202).json({ id: event.id })),
    );
    assert.deepEqual(await deliver(`${await serve(app)}/hook`), [202, '{"id":"5c0f"}']);
    assert.throws(() => webhook({ secret: SECRET }), wrong(lomi.ConfigurationError));
  });

  test('too large a body is refused while it is read', async () => {
    const app = express();
    app.post(
      '/hook',
      webhook({ secret: SECRET }, () => {}),
    );
    const url = `${await serve(app)}/hook`;
    const refused = [413, '{"error":"payload too large"}'];
    assert.deepEqual(await deliver(url, 'x'.repeat(3 << 20)).catch(() => refused), refused);
    assert.deepEqual(await deliverInChunks(url), refused);
  });

  test("Node's own server", async () => {
    const [events, handler] = collect();
    const route = webhook({ secret: SECRET }, handler);
    const url = await serve((request, response) =>
      route(request, response, () => {
        response.statusCode = 500;
        response.end();
      }),
    );
    await behaves(url, events);
  });
});

test('lomi/fastify, whose other routes still parse JSON', async () => {
  const { webhook } = require('../fastify.js');
  const [events, onEvent] = collect();
  const app = require('fastify')();
  after(() => app.close());
  app.register(webhook, { url: '/hook', secret: SECRET, onEvent });
  app.post('/other', async (request) => ({ got: request.body.id }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await behaves(`${url}/hook`, events);
  assert.deepEqual(await deliver(`${url}/other`), [200, '{"got":"5c0f"}']);
});

test('lomi/fastify refuses as the others do, in its own log', async () => {
  const { webhook } = require('../fastify.js');
  const lines = [];
  const stream = { write: (line) => lines.push(JSON.parse(line)) };
  const app = require('fastify')({ logger: { level: 'warn', stream } });
  after(() => app.close());
  app.register(webhook, { secret: SECRET, onEvent: () => assert.fail('forged') });
  const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/webhooks/lomi`;
  await refuses(url, async (work) => {
    lines.length = 0;
    await work();
    return lines.map((line) => line.msg);
  });
});

test('lomi/next: a route of the app directory', async () => {
  const { webhook } = require('../next.js');
  const [events, handler] = collect();
  const POST = webhook({ secret: SECRET }, handler);
  const request = (body, signature) =>
    new Request('http://localhost/hook', {
      method: 'POST',
      body,
      headers: { 'x-lomi-signature': signature },
    });
  assert.equal((await POST(request(BODY, SIGNATURE))).status, 200);
  assert.equal(events[0].id, '5c0f');
  assert.equal((await POST(request(`${BODY} `, SIGNATURE))).status, 400);
  const failing = BODY.replace('5c0f', 'fail');
  await assert.rejects(POST(request(failing, webhooks.sign(failing, SECRET))), /the handler failed/);
  await refuses(
    await serve(async (incoming, outgoing) => {
      const { method, headers } = incoming;
      const given = new Request('http://localhost/', { method, headers, body: incoming, duplex: 'half' });
      const response = await POST(given);
      outgoing.writeHead(response.status).end(await response.text());
    }),
  );
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
  });
  const flood = new Request('http://localhost/', { method: 'POST', body: endless, duplex: 'half' });
  assert.equal((await POST(flood)).status, 413);
  const read = request(BODY, SIGNATURE);
  await read.text();
  await assert.rejects(POST(read), /something read it before/);
  const own = webhook({ secret: SECRET }, () => new Response(null, { status: 204 }));
  assert.equal((await own(request(BODY, SIGNATURE))).status, 204);
});

test('lomi/next: a route of the pages directory', async () => {
  const { pagesWebhook, rawBody } = require('../next.js');
  const [events, handler] = collect();
  const route = pagesWebhook({ secret: SECRET }, handler);
  const url = await serve((request, response) =>
    route(request, response).catch(() => {
      response.statusCode = 500;
      response.end();
    }),
  );
  await behaves(url, events);
  assert.deepEqual(rawBody, { api: { bodyParser: false } });
});

test('secrets with commas replace each other; quotes are told', () => {
  for (const secret of ['whsec_new', SECRET]) {
    const signature = webhooks.sign(BODY, secret);
    assert.equal(webhooks.constructEvent(BODY, signature, ` whsec_new , ${SECRET}`).id, '5c0f');
    process.env.LOMI_WEBHOOK_SECRET = `whsec_new,${SECRET}`;
    assert.equal(webhooks.constructEvent(BODY, signature).id, '5c0f');
    delete process.env.LOMI_WEBHOOK_SECRET;
  }
  assert.throws(() => webhooks.constructEvent(BODY, SIGNATURE, `"${SECRET}"`), /quotes/);
});

test('an unproven body costs no memory', () => {
  const body = Buffer.concat([Buffer.from('['), Buffer.alloc(14 << 20, '0,'), Buffer.from('0]')]);
  const before = process.memoryUsage().rss;
  assert.throws(
    () => webhooks.constructEvent(body, '0'.repeat(64), SECRET),
    wrong(lomi.SignatureVerificationError),
  );
  assert.ok(process.memoryUsage().rss - before < 8 << 20);
});

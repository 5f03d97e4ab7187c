'use strict';

// The webhook helpers, in their frameworks.

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, describe, test } = require('node:test');

const lomi = require('..');
const { BODY, SECRET, SIGNATURE, wrong } = require('./helpers/delivery.js');
const { deliver, serve } = require('./helpers/hook.js');

const { webhooks } = lomi;

/** Sends a chunked body that is larger than the maximum; returns the response. */
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
    request.write('x'); // the body never ends
  });

/** The lines that `work` writes with `console.warn`. */
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

/** Checks the response of a helper to each invalid delivery, and the line in the log. */
async function refuses(url, logged = warnings) {
  const none = '[]';
  const cases = [
    [BODY, '0'.repeat(64), 400, 'invalid signature', /does not match/],
    [BODY, '', 400, 'invalid signature', /missing/],
    ['', SIGNATURE, 400, 'invalid signature', /body is empty/],
    [none, webhooks.sign(none, SECRET), 400, 'invalid payload', /not a JSON object/],
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

/** Checks what every helper must do. */
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

  test('the reason of a refusal is in the log and not in the response', async () => {
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

  test('a body that was parsed before is a configuration error', async () => {
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

  test('the handler may send the response; a route without a handler is refused', async () => {
    const app = express();
    app.post(
      '/hook',
      webhook({ secret: SECRET }, (event, _request, response) => response.status(202).json({ id: event.id })),
    );
    assert.deepEqual(await deliver(`${await serve(app)}/hook`), [202, '{"id":"5c0f"}']);
    assert.throws(() => webhook({ secret: SECRET }), wrong(lomi.ConfigurationError));
  });

  test('a body that is too large is refused while it is read', async () => {
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
  const app = require('fastify')({ forceCloseConnections: true });
  after(() => app.close());
  app.register(webhook, { url: '/hook', secret: SECRET, onEvent });
  app.post('/other', async (request) => ({ got: request.body.id }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  await behaves(`${url}/hook`, events);
  assert.deepEqual(await deliver(`${url}/other`), [200, '{"got":"5c0f"}']);
});

test('lomi/fastify refuses as the others do, and writes to the log of Fastify', async () => {
  const { webhook } = require('../fastify.js');
  const lines = [];
  const stream = { write: (line) => lines.push(JSON.parse(line)) };
  const app = require('fastify')({ forceCloseConnections: true, logger: { level: 'warn', stream } });
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
  const route = webhook({ secret: SECRET }, () => new Response(null, { status: 204 }));
  assert.equal((await route(request(BODY, SIGNATURE))).status, 204);
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

describe('options of a route', () => {
  const { ConfigurationError } = lomi;
  const handler = () => {};
  const routes = {
    'lomi/express': (options) => require('../express.js').webhook(options, handler),
    'lomi/next': (options) => require('../next.js').webhook(options, handler),
    'lomi/next, pages': (options) => require('../next.js').pagesWebhook(options, handler),
    'lomi/fastify': async (options) => {
      const app = require('fastify')({ forceCloseConnections: true });
      app.register(require('../fastify.js').webhook, { onEvent: handler, ...options });
      await app.ready();
      await app.close();
    },
  };
  for (const [name, route] of Object.entries(routes)) {
    test(`${name}: an unknown name is refused`, async () => {
      for (const [options, message] of [
        [{ secrets: SECRET }, /^there is no option secrets; did you mean secret\?$/],
        [{ max_age: 300 }, /^there is no option max_age; did you mean maxAge\?$/],
        [{ tolerance: 300 }, /^there is no option tolerance; there are secret, maxAge, logger/],
      ]) {
        await assert.rejects(
          async () => route(options),
          (error) => wrong(ConfigurationError)(error) && message.test(error.message),
        );
      }
      await route({ secret: SECRET, maxAge: 300, logger: () => {} });
    });
  }

  test('an options argument that is no object is refused, and its value is not shown', () => {
    for (const options of [SECRET, [SECRET], new Map()]) {
      assert.throws(
        () => require('../express.js').webhook(options, handler),
        (error) => wrong(ConfigurationError)(error) && !error.message.includes(SECRET),
      );
    }
  });

  test('lomi/fastify takes the options of register', async () => {
    const [events, onEvent] = collect();
    const app = require('fastify')({ forceCloseConnections: true });
    after(() => app.close());
    app.register(require('../fastify.js').webhook, {
      prefix: '/shop',
      logLevel: 'warn',
      url: '/hook',
      secret: SECRET,
      onEvent,
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    await behaves(`${url}/shop/hook`, events);
  });
});

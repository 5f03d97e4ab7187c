'use strict';

// The webhook helpers, where the user's handler gives the response itself.

const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { after, test } = require('node:test');
const { setTimeout: pause } = require('node:timers/promises');

const { BODY, SECRET, SIGNATURE } = require('./helpers/delivery.js');
const { deliver, serve } = require('./helpers/hook.js');

const express = require('express');
const { webhook } = require('../express.js');

/** A stream whose first bytes come later. */
const slow = () =>
  Readable.from(
    (async function* () {
      await pause(20);
      yield 'mine';
    })(),
  );

test('lomi/express: a response that the handler has begun and that is not sent yet stays its own', async () => {
  const views = (_file, _options, done) => setTimeout(() => done(null, 'mine'), 20);
  const handlers = {
    end: (response) => response.status(503).json({ mine: 1 }),
    sendFile: (response) => response.status(503).sendFile(__filename),
    download: (response) => response.status(503).download(__filename),
    render: (response) => response.status(503).render(__filename),
    pipe: (response) => slow().pipe(response.status(503)),
  };
  for (const [name, answer] of Object.entries(handlers)) {
    const app = express().engine('js', views);
    app.use((_request, response, next) => {
      const { end } = response;
      response.end = (...given) => setTimeout(() => end.apply(response, given), 20);
      next();
    });
    app.post(
      '/hook',
      webhook({ secret: SECRET }, (_event, _request, response) => void answer(response)),
    );
    assert.equal((await deliver(`${await serve(app)}/hook`))[0], 503, name);
  }
});

test('lomi/express: what the handler only prepares is no response', async () => {
  const app = express().engine('js', (_file, _options, done) => done(null, 'a letter'));
  let letter;
  app.post(
    '/hook',
    webhook({ secret: SECRET }, (_event, _request, response) => {
      response.render(__filename, (_error, text) => (letter = text));
      assert.throws(() => response.sendFile('relative'), /absolute/);
    }),
  );
  assert.deepEqual(await deliver(`${await serve(app)}/hook`), [200, '{"received":true}']);
  assert.equal(letter, 'a letter');
});

test('lomi/fastify: a response that onEvent has begun and that is not sent yet stays its own', async () => {
  const { webhook } = require('../fastify.js');
  const answers = {
    send: [503, '{"mine":1}', (reply) => void reply.code(503).send({ mine: 1 })],
    returned: [503, '{"mine":1}', (reply) => reply.code(503).send({ mine: 1 })],
    later: [
      503,
      'mine',
      (reply) => {
        setTimeout(() => reply.code(503).send('mine'), 20);
        return reply;
      },
    ],
    stream: [503, 'mine', (reply) => void reply.code(503).send(slow())],
    redirect: [303, '', (reply) => void reply.redirect('/elsewhere', 303)],
    missing: [404, 'nothing here', (reply) => void reply.callNotFound()],
    hijack: [
      503,
      'mine',
      (reply) => {
        reply.hijack();
        setTimeout(() => reply.raw.writeHead(503).end('mine'), 20);
      },
    ],
    raw: [
      503,
      'mine',
      (reply) => {
        reply.raw.writeHead(503);
        setTimeout(() => reply.raw.end('mine'), 20);
      },
    ],
    none: [200, '{"received":true}', () => {}],
  };
  for (const [name, [status, text, answer]] of Object.entries(answers)) {
    const app = require('fastify')({ forceCloseConnections: true });
    after(() => app.close());
    app.addHook('onSend', async (_request, _reply, payload) => {
      await pause(20);
      return payload;
    });
    app.setNotFoundHandler(async (_request, reply) => {
      await pause(20);
      return reply.code(404).send('nothing here');
    });
    app.register(webhook, {
      url: '/hook',
      secret: SECRET,
      onEvent: async (_event, _request, reply) => answer(reply),
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    assert.deepEqual(await deliver(`${url}/hook`), [status, text], name);
  }
});

test('lomi/next: a Response of another class than the global one', async () => {
  const { webhook } = require('../next.js');
  const request = () =>
    new Request('http://localhost/hook', {
      method: 'POST',
      body: BODY,
      headers: { 'x-lomi-signature': SIGNATURE },
    });
  // A server such as Hono's replaces the global class.
  const { Response: Global } = globalThis;
  globalThis.Response = class Response extends Global {};
  try {
    const own = webhook({ secret: SECRET }, () => new Global('mine', { status: 503 }));
    assert.equal((await own(request())).status, 503);
    const data = webhook({ secret: SECRET }, () => ({ status: 503, headers: {} }));
    assert.equal((await data(request())).status, 200);
  } finally {
    globalThis.Response = Global;
  }
});

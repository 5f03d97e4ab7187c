'use strict';

// The errors of calls.

const assert = require('node:assert/strict');
const net = require('node:net');
const { after, test } = require('node:test');

const lomi = require('..');
const { server, json, SESSION } = require('./helpers/server.js');

const client = (url, options = {}) =>
  new lomi.LomiClient({ apiKey: 'lomi_sk_test_secretpart', baseUrl: url, maxRetries: 0, ...options });

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'the call succeeded' });
}

test('each status is its own class', async () => {
  const classes = {
    400: lomi.BadRequestError,
    401: lomi.AuthenticationError,
    402: lomi.APIStatusError,
    403: lomi.PermissionDeniedError,
    404: lomi.NotFoundError,
    409: lomi.ConflictError,
    422: lomi.UnprocessableEntityError,
    429: lomi.RateLimitError,
    500: lomi.ServerError,
    503: lomi.ServerError,
  };
  const { url } = await server((request, response) => {
    json(response, Number(request.headers['x-want']), {
      error: { code: 'some_code', message: 'some words' },
    });
  });
  for (const [status, type] of Object.entries(classes)) {
    const error = await failure(client(url).checkoutSessions.get('x', { headers: { 'x-want': status } }));
    assert.equal(error.constructor, type, status);
    assert.ok(error instanceof lomi.LomiError && error instanceof Error);
    assert.equal(error.name, type.name);
    assert.equal(error.kind, type.name);
    assert.equal(error.status, Number(status));
    assert.equal(error.code, 'some_code');
    assert.match(error.message, /some words/);
    assert.equal(error.operation, 'retrieve_checkout_session');
    assert.match(error.stack, /errors\.test\.js/, 'the stack leads to the caller');
  }
});

test('an error has every property, and its JSON has no body and no headers', async () => {
  const body = { error: { code: 'rate_limited', message: 'slow down', details: { email: 'a@b.c' } } };
  const { url } = await server((_, response) =>
    json(response, 429, body, { 'retry-after': '900', 'x-request-id': 'req_1', 'x-more': ['a', 'b'] }),
  );
  const error = await failure(client(url).checkoutSessions.create({ amount: 1 }, { idempotencyKey: 'mine' }));
  assert.equal(error.retryAfter, 900);
  assert.equal(error.requestId, 'req_1');
  assert.equal(error.idempotencyKey, 'mine');
  assert.equal(error.attempts, 1);
  assert.equal(error.outcome, 'rejected');
  assert.deepEqual(error.details, { email: 'a@b.c' });
  assert.equal(error.body, JSON.stringify(body));
  assert.equal(error.headers['x-more'], 'a, b');
  const shown = JSON.parse(JSON.stringify(error));
  assert.equal(shown.name, 'RateLimitError');
  assert.equal(shown.message, error.message);
  assert.equal(shown.body, undefined);
  assert.equal(shown.headers, undefined);
});

test('the history of an error has an entry for each attempt', async () => {
  const ids = [];
  const { url } = await server((request, response) => {
    ids.push(request.headers['x-request-id']);
    json(response, 503, { message: 'try later' }, { 'retry-after': '0' });
  });
  const error = await failure(client(url, { maxRetries: 1 }).checkoutSessions.get('x'));
  assert.equal(error.attempts, 2);
  assert.equal(error.history.length, 2);
  for (const [at, { milliseconds, ...attempt }] of error.history.entries()) {
    assert.ok(Number.isInteger(milliseconds) && milliseconds >= 0);
    assert.deepEqual(attempt, {
      method: 'GET',
      route: '/checkout-sessions/{session_id}',
      status: 503,
      failure: null,
      requestId: ids[at],
    });
  }
});

test('the message of the server, beside that of the error', async () => {
  const said = `not now, ${'lomi_sk_test_'}secretpart; ${'x'.repeat(2000)}`;
  const { url } = await server((request, response) =>
    json(response, 409, request.url.endsWith('said') ? { message: said } : {}),
  );
  const error = await failure(client(url).checkoutSessions.get('said'));
  assert.equal(error.serverMessage, said.replace('secretpart', '***'));
  assert.notEqual(error.message, error.serverMessage);
  assert.ok(!Object.keys(error).includes('serverMessage'));
  assert.equal(JSON.parse(JSON.stringify(error)).serverMessage, undefined);
  assert.equal((await failure(client(url).checkoutSessions.get('silent'))).serverMessage, null);
  assert.equal(new lomi.LomiError('x').serverMessage, null);
  assert.equal(new lomi.LomiError('x', { serverMessage: 'y' }).serverMessage, 'y');
});

test('the body of an error as bytes', async () => {
  const key = Buffer.from(' lomi_sk_test_secretpart ');
  const masked = Buffer.from(' lomi_sk_test_*** ');
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  for (const body of [Buffer.from('{"é": "😀"}'), every, Buffer.from([0xff]), Buffer.from('\ufeff{}')]) {
    const { url } = await server((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(Buffer.concat([body, key]));
    });
    const error = await failure(client(url).checkoutSessions.get('x'));
    const expected = Buffer.concat([body, masked]);
    assert.ok(Buffer.isBuffer(error.rawBody));
    assert.deepEqual(error.rawBody, expected);
    assert.equal(error.body, expected.toString());
    error.rawBody.fill(0);
    assert.deepEqual(error.rawBody, expected, 'each read is a copy');
    assert.ok(!Object.keys(error).includes('rawBody'));
    assert.equal(JSON.parse(JSON.stringify(error)).rawBody, undefined);
  }
  assert.equal(new lomi.LomiError('x').rawBody, null);
  assert.deepEqual(new lomi.LomiError('x', { body: 'é' }).rawBody, Buffer.from('é'));
  assert.equal(lomi.LomiError.prototype.rawBody, null);
});

test('a success with an unexpected body is an error', async () => {
  const bodies = ['', 'null', '[]', '5', '"x"', '{"checkout_session_id":', '{}', '<html>hello</html>', '[1]'];
  for (const body of bodies) {
    const { url } = await server((_, response) => json(response, 200, body));
    const error = await failure(client(url).checkoutSessions.get('x'));
    assert.equal(error.constructor, lomi.UnexpectedResponseError, body);
    const list = await failure(
      client(url)
        .checkoutSessions.list()
        .then((page) =>
          page.data.length === 0 && body === '[]' ? Promise.reject(new Error('an empty list')) : page,
        ),
    );
    assert.ok(body === '[]' || list instanceof lomi.UnexpectedResponseError, body);
  }
});

test('no server: the error says that nothing was sent', async () => {
  const socket = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => socket.once('listening', resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  const error = await failure(client(`http://127.0.0.1:${port}`).checkoutSessions.create({ amount: 1 }));
  assert.equal(error.constructor, lomi.APIConnectionError);
  assert.equal(error.outcome, 'not_sent');
});

test('a connection that breaks after an update: the outcome is unknown', async () => {
  const broken = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await new Promise((resolve) => broken.listen(0, '127.0.0.1', resolve));
  after(() => broken.close());
  const { port } = broken.address();
  const error = await failure(
    client(`http://127.0.0.1:${port}`).checkoutSessions.update('x', { title: 'y' }),
  );
  assert.equal(error.constructor, lomi.OutcomeUnknownError);
  assert.ok(error instanceof lomi.APIConnectionError);
  assert.equal(error.outcome, 'unknown');
});

test('the timeout ends a call without a response', async () => {
  const { url } = await server(() => {});
  const started = performance.now();
  const error = await failure(client(url).checkoutSessions.get('x', { timeout: 200 }));
  assert.ok(performance.now() - started < 1500);
  assert.ok(error instanceof lomi.APITimeoutError, String(error));
  assert.ok(error instanceof lomi.APIConnectionError);
});

test('redirects are not followed', async () => {
  const { url, seen } = await server((_, response) => {
    response.writeHead(307, { location: '/elsewhere' });
    response.end();
  });
  const error = await failure(client(url).checkoutSessions.get('x'));
  assert.equal(error.constructor, lomi.UnexpectedRedirectError);
  assert.equal(seen.length, 1);
});

test('an unpaid invoice is a result of create with its own class', async () => {
  const { url } = await server((_, response) =>
    json(response, 201, {
      payment_required: true,
      reason: 'invoice_payment_required',
      blocking_invoice: { invoice_id: 'inv_1', amount_remaining: '2500', checkout_url: 'https://pay' },
    }),
  );
  const created = await client(url).checkoutSessions.create({ amount: 1 });
  assert.ok(created instanceof lomi.PaymentRequired);
  assert.equal(created.payment_required, true);
  assert.ok(created.blocking_invoice instanceof lomi.BlockingInvoice);
  assert.equal(created.blocking_invoice.amount_remaining, 2500);
  assert.equal(created.blocking_invoice.original('amount_remaining'), '2500');
});

test('an update for which the server has no route', async () => {
  const { url } = await server((request, response) =>
    json(response, 404, {
      statusCode: 404,
      message: `Cannot ${request.method} ${request.url}`,
      error: 'Not Found',
    }),
  );
  const error = await failure(client(url).checkoutSessions.update('x', { title: 'y' }));
  assert.equal(error.constructor, lomi.UnsupportedOperationError);
});

test('a list that repeats itself ends in an error, and a page that failed is requested again', async () => {
  let broken = 1;
  const { url, seen } = await server((request, response) => {
    const offset = Number(new URL(request.url, 'http://x').searchParams.get('offset') ?? 0);
    if (offset === 2 && broken-- > 0) return json(response, 400, { message: 'not now' });
    const ids = offset >= 4 ? ['cs_0', 'cs_1'] : [`cs_${offset}`, `cs_${offset + 1}`];
    return json(response, 200, { data: ids.map((id) => ({ ...SESSION, checkout_session_id: id })) });
  });
  const items = client(url).checkoutSessions.list({ limit: 2 })[Symbol.asyncIterator]();
  const ids = [];
  const next = async () => ids.push((await items.next()).value.checkout_session_id);
  await next();
  await next();
  await assert.rejects(items.next(), lomi.BadRequestError);
  await next();
  await next();
  await assert.rejects(items.next(), lomi.PaginationLoopError);
  assert.deepEqual(ids, ['cs_0', 'cs_1', 'cs_2', 'cs_3']);
  assert.equal(seen.length, 5);
});

test('session() of a create: the session, or an error with the unpaid invoice', async () => {
  const unpaid = {
    payment_required: true,
    reason: 'invoice_payment_required',
    blocking_invoice: { invoice_number: 'INV-7', checkout_url: 'https://pay.lomi.africa/inv_7' },
  };
  const { url } = await server((request, response) => {
    json(response, 201, request.body.includes('owes') ? unpaid : { ...SESSION, url: 'https://pay/1' });
  });
  const { checkoutSessions } = client(url);
  const made = await checkoutSessions.create({ amount: 1 });
  assert.equal(made.session(), made);
  assert.equal(made.session().checkout_url, 'https://pay/1');
  assert.equal(made.url, 'https://pay/1');
  const created = await checkoutSessions.create({ customer_id: 'owes' }, { idempotencyKey: 'mine' });
  assert.ok(created instanceof lomi.PaymentRequired && created.payment_required);
  assert.equal(created.checkout_url, undefined);
  assert.throws(
    () => created.session(),
    (error) => {
      assert.equal(error.constructor, lomi.PaymentRequiredError);
      assert.ok(error instanceof lomi.LomiError);
      assert.match(error.message, /must pay invoice INV-7 first/);
      const { outcome, code, status, idempotencyKey, attempts, operation } = error;
      assert.deepEqual(
        { outcome, code, status, idempotencyKey, attempts, operation },
        {
          outcome: 'final',
          code: 'invoice_payment_required',
          status: 201,
          idempotencyKey: 'mine',
          attempts: 1,
          operation: 'create_checkout_session',
        },
      );
      assert.equal(error.paymentRequired, created);
      return true;
    },
  );
  assert.throws(() => new lomi.PaymentRequired().session(), lomi.PaymentRequiredError);
});

test('the body of an error, parsed', async () => {
  const body = { error: { code: 'idempotency_key_reused', message: 'other body' } };
  const { url } = await server((request, response) => {
    const text = decodeURIComponent(request.url.split('/').at(-1));
    json(response, 409, request.method === 'POST' ? body : text);
  });
  const conflict = await failure(client(url).checkoutSessions.create({ amount: 1 }));
  assert.deepEqual(conflict.parsedBody, body);
  assert.ok(conflict instanceof lomi.ConflictError && conflict instanceof lomi.APIStatusError);
  assert.ok(Object.create(lomi.IdempotencyConflictError.prototype) instanceof lomi.ConflictError);
  assert.ok(!Object.keys(conflict).includes('parsedBody'));
  for (const [text, parsed] of [
    ['[1]', [1]],
    ['<html>', null],
    ['"text"', null],
    ['5', null],
    ['null', null],
  ]) {
    assert.deepEqual((await failure(client(url).checkoutSessions.get(text))).parsedBody, parsed, text);
  }
  assert.equal(new lomi.LomiError('x').parsedBody, null);
});

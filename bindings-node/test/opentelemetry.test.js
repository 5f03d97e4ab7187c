'use strict';

// The recipe of the README, with the packages of OpenTelemetry.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');

const { SpanKind, SpanStatusCode, context, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} = require('@opentelemetry/sdk-trace-base');
const { server, json, SESSION } = require('./helpers/server.js');

const PACKAGE = path.join(__dirname, '..');
const exporter = new InMemorySpanExporter();
const tracer = () => trace.getTracer('shop');
let folder;
let api;

/** The recipe as a module of a project that has the packages in its node_modules. */
function recipe() {
  const readme = fs.readFileSync(path.join(PACKAGE, 'README.md'), 'utf8');
  const code = [...readme.matchAll(/^```js\n([^]*?)^```/gm)].map(([, block]) => block);
  const recipes = code.filter((block) => block.includes('@opentelemetry/api'));
  assert.equal(recipes.length, 1);
  assert.ok(recipes[0].split('\n').length < 30);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-opentelemetry-'));
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(PACKAGE, path.join(folder, 'node_modules/lomi'));
  fs.symlinkSync(
    path.join(PACKAGE, 'node_modules/@opentelemetry'),
    path.join(folder, 'node_modules/@opentelemetry'),
  );
  const file = path.join(folder, 'recipe.mjs');
  fs.writeFileSync(file, `${recipes[0]}\nexport { api };\n`);
  return pathToFileURL(file);
}

before(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const processor = new SimpleSpanProcessor(exporter);
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  let requests = 0;
  const { url } = await server((_, response) => {
    requests += 1;
    json(response, requests % 2 === 1 ? 503 : 200, SESSION);
  });
  process.env.LOMI_API_KEY = 'lomi_sk_test_1';
  process.env.LOMI_BASE_URL = url;
  ({ api } = await import(recipe()));
});

after(() => fs.rmSync(folder, { recursive: true }));

/** The finished spans of the attempts below a span of the caller's that `run` runs in. */
async function spansBelow(name, run) {
  const parent = await tracer().startActiveSpan(name, async (span) => {
    await run();
    span.end();
    return span.spanContext();
  });
  const spans = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.CLIENT);
  return spans.filter(
    (span) =>
      span.parentSpanContext.spanId === parent.spanId && span.spanContext().traceId === parent.traceId,
  );
}

function check(spans) {
  const route = { 'http.request.method': 'GET', 'url.template': spans[0]?.attributes['url.template'] };
  assert.deepEqual(
    spans.map(({ attributes, status }) => [attributes, status.code]),
    [
      [{ ...route, 'http.response.status_code': 503, 'error.type': '503' }, SpanStatusCode.ERROR],
      [{ ...route, 'http.response.status_code': 200, 'http.request.resend_count': 1 }, SpanStatusCode.UNSET],
    ],
  );
  assert.match(route['url.template'], /^\/checkout-sessions\/\{/);
}

test('two attempts are two spans below the span of the caller', async () => {
  check(await spansBelow('order', () => api.checkoutSessions.get('cs_1')));
});

test('also where the call is made later in an async function', async () => {
  const later = async () => {
    await sleep(1);
    const session = await api.checkoutSessions.get('cs_1');
    await sleep(1);
    return session;
  };
  check(await spansBelow('later', later));
});

test('concurrent calls have spans below different spans', async () => {
  const call = () => api.checkoutSessions.get('cs_1');
  const all = await Promise.all(['a', 'b', 'c'].map((name) => spansBelow(name, call)));
  for (const spans of all) assert.ok(spans.length >= 1);
  const ids = all.flat().map((span) => span.spanContext().spanId);
  assert.equal(new Set(ids).size, ids.length);
});

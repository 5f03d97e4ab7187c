// The Node runner: performs a plan through LomiClient, all calls at once.

import { LomiClient, LomiError, Money, idempotencyKeyForOrder, webhooks } from '../../bindings-node/index.mjs';

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const number = ({ $number: digits }) => (/^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits));

/** Replaces {"$number": "NaN"} by the number, which JSON cannot represent. */
const read = (line) => JSON.parse(line, (_, value) => (value?.$number === undefined ? value : number(value)));

/** Options under their names in Node, with times in milliseconds and without absent ones. */
function named(given = {}) {
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [camel(name), name.endsWith('timeout') ? Number(value) * 1000 : value]),
  );
}

/** A value as JSON, with every digit. */
function show(value) {
  if (typeof value === 'bigint') return { $number: value.toString() };
  if (Array.isArray(value)) return value.map(show);
  if (value === null || typeof value !== 'object') return value;
  const shown = Object.create(null);
  for (const [name, field] of Object.entries(value)) shown[name] = show(field);
  return shown;
}

/** One object, and the originals of fields whose value was converted. */
function give(found) {
  const originals = {};
  for (const name of Object.keys(found)) {
    const [read, sent] = [show(found[name]), show(found.original(name))];
    if (JSON.stringify(read) !== JSON.stringify(sent)) originals[name] = sent;
  }
  const { status, attempts, requestId, idempotencyKey, replayed, warning } = found.lastResponse ?? {};
  const ids = { request_id: requestId, idempotency_key: idempotencyKey };
  const facts = { status, attempts, ...ids, replayed, warning };
  const given = { value: show(found), originals, type: found.constructor.name };
  return found.lastResponse === null ? given : { ...given, facts };
}

function told(error) {
  if (!(error instanceof LomiError)) return { kind: `foreign ${error?.name}`, message: String(error) };
  const { kind, status, code, message, details, outcome, attempts, operation } = error;
  const body = error.body === null ? null : String(error.body).slice(0, 100);
  const facts = { kind, status, code, message, details: show(details), outcome, attempts, operation, body };
  const ids = { request_id: error.requestId, idempotency_key: error.idempotencyKey };
  return { ...facts, ...ids, retry_after: error.retryAfter };
}

async function call(client, asked) {
  const { checkoutSessions: sessions } = client;
  const options = named(asked.options);
  const payload = asked.payload ?? Buffer.from(asked.payload_base64 ?? '', 'base64');
  switch (asked.do) {
    case 'create':
      return give(await sessions.create(asked.body, options));
    case 'get':
      return give(await sessions.get(asked.id, options));
    case 'list': {
      const { data, total, has_more, next_cursor } = await sessions.list(asked.query, options);
      return { page: { data: show(data), total, has_more, next_cursor } };
    }
    case 'update':
      return give(await sessions.update(asked.id, asked.body, options));
    case 'delete':
      return { value: (await sessions.delete(asked.id, options)) ?? null };
    case 'list_all':
      return walk(sessions, asked);
    case 'request': {
      const { method, path, query, body } = asked;
      return { value: show(await client.request({ method, path, query, body, ...options })) ?? null };
    }
    case 'webhook': {
      const signature = asked.sign_with ? webhooks.sign(payload, asked.sign_with) : asked.signature;
      const { max_age: maxAge, received_at: receivedAt } = asked;
      return give(webhooks.constructEvent(payload, signature, asked.secrets, { maxAge, receivedAt }));
    }
    case 'replay_key': {
      const event = webhooks.constructEvent(payload, webhooks.sign(payload, 'whsec_x'), 'whsec_x');
      return { text: webhooks.ReplayGuard.key(event) };
    }
    case 'sign':
      return { text: webhooks.sign(payload, asked.secret) };
    case 'key_for_order':
      return { text: idempotencyKeyForOrder(asked.order, asked.attempt) };
    case 'money': {
      const { amount, major, currency } = asked;
      const money = major === undefined ? new Money(amount, currency) : Money.fromMajor(major, currency);
      return { value: { amount: money.amount, text: String(money) } };
    }
  }
  return {};
}

async function walk(sessions, { query, take = 99, resume }) {
  const items = [];
  let again = resume;
  const all = sessions.list(query)[Symbol.asyncIterator]();
  try {
    while (items.length < take) {
      try {
        const { value, done } = await all.next();
        if (done) break;
        items.push(value.checkout_session_id);
      } catch (error) {
        if (!again) throw error;
        again = false;
      }
    }
  } catch (error) {
    return { items, error: told(error) };
  }
  return { items };
}

async function perform(line) {
  const plan = read(line);
  let started = performance.now();
  let result;
  try {
    const client = new LomiClient(named(plan.client));
    for (const before of plan.before) await call(client, before);
    if (plan.pause_ms > 0) await new Promise((resolve) => setTimeout(resolve, plan.pause_ms));
    started = performance.now();
    result = await call(client, plan.call);
  } catch (error) {
    result = { error: told(error) };
  }
  const ms = Math.round(performance.now() - started);
  process.stdout.write(`${JSON.stringify({ name: plan.name, ms, ...result })}\n`);
}

const lines = [];
for await (const chunk of process.stdin) lines.push(chunk);
await Promise.all(Buffer.concat(lines).toString().trim().split('\n').map(perform));
await new Promise((resolve) => setTimeout(resolve, 100));

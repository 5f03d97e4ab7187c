// The Node runner: runs plans through LomiClient, all of them concurrently.

import {
  LomiClient,
  LomiError,
  Money,
  idempotencyKeyForOrder,
  webhooks,
} from '../../bindings-node/index.mjs';

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const number = ({ $number: digits }) => (/^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits));

/** Numbers that JSON cannot hold: {"$number": "NaN"}. */
const read = (line) => JSON.parse(line, (_, value) => (value?.$number === undefined ? value : number(value)));

/** Options with their names and units in Node, without those that are null. */
function nodeOptions(options = {}) {
  const entries = Object.entries(options).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [camel(name), name.endsWith('timeout') ? Number(value) * 1000 : value]),
  );
}

/** A value for JSON, with every digit of a bigint. */
function jsonable(value) {
  if (typeof value === 'bigint') return { $number: value.toString() };
  if (Array.isArray(value)) return value.map(jsonable);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.create(null);
  for (const [name, field] of Object.entries(value)) copy[name] = jsonable(field);
  return copy;
}

/** One object, its type, its response, and the fields that were normalized. */
function describeObject(object) {
  const originals = {};
  for (const name of Object.keys(object)) {
    const [read, sent] = [jsonable(object[name]), jsonable(object.original(name))];
    if (JSON.stringify(read) !== JSON.stringify(sent)) originals[name] = sent;
  }
  const { status, attempts, requestId, idempotencyKey, replayed, warning } = object.lastResponse ?? {};
  const ids = { request_id: requestId, idempotency_key: idempotencyKey };
  const facts = { status, attempts, ...ids, replayed, warning };
  const described = {
    value: jsonable(object),
    originals,
    type: object.constructor.name,
  };
  return object.lastResponse === null ? described : { ...described, facts };
}

/** The properties of an error. */
function describeError(error) {
  if (!(error instanceof LomiError)) return { kind: `foreign ${error?.name}`, message: String(error) };
  const { kind, status, code, message, details, outcome, attempts, operation } = error;
  const body = error.body === null ? null : String(error.body).slice(0, 100);
  const facts = {
    kind,
    status,
    code,
    message,
    details: jsonable(details),
    outcome,
    attempts,
    operation,
    body,
  };
  const ids = {
    request_id: error.requestId,
    idempotency_key: error.idempotencyKey,
  };
  return { ...facts, ...ids, retry_after: error.retryAfter };
}

async function call(client, step) {
  const { checkoutSessions: sessions } = client;
  const options = nodeOptions(step.options);
  const payload = step.payload ?? Buffer.from(step.payload_base64 ?? '', 'base64');
  switch (step.do) {
    case 'create':
      return describeObject(await sessions.create(step.body, options));
    case 'get':
      return describeObject(await sessions.get(step.id, options));
    case 'list': {
      const { data, total, has_more, next_cursor } = await sessions.list(step.query, options);
      return { page: { data: jsonable(data), total, has_more, next_cursor } };
    }
    case 'update':
      return describeObject(await sessions.update(step.id, step.body, options));
    case 'delete':
      return { value: (await sessions.delete(step.id, options)) ?? null };
    case 'list_all':
      return listAll(sessions, step);
    case 'operation':
      return operation(client, step, options);
    case 'request': {
      const { method, path, query, body } = step;
      return {
        value: jsonable(await client.request({ method, path, query, body, ...options })) ?? null,
      };
    }
    case 'webhook': {
      const signature = step.sign_with ? webhooks.sign(payload, step.sign_with) : step.signature;
      const { max_age: maxAge, received_at: receivedAt } = step;
      return describeObject(
        webhooks.constructEvent(payload, signature, step.secrets, {
          maxAge,
          receivedAt,
        }),
      );
    }
    case 'replay_key': {
      const event = webhooks.constructEvent(payload, webhooks.sign(payload, 'whsec_x'), 'whsec_x');
      return { text: webhooks.ReplayGuard.key(event) };
    }
    case 'sign':
      return { text: webhooks.sign(payload, step.secret) };
    case 'key_for_order':
      return { text: idempotencyKeyForOrder(step.order, step.attempt) };
    case 'money': {
      const { amount, major, currency } = step;
      const money = major === undefined ? new Money(amount, currency) : Money.fromMajor(major, currency);
      return { value: { amount: money.amount, text: String(money) } };
    }
  }
  return {};
}

/** The result of any operation, and its class; of a list, its rows and theirs. */
async function operation(client, { on, verb, ids = [], body, query, confirm }, options) {
  const given = [...ids, ...(body || query ? [body ?? query] : [])];
  const resource = client[camel(on)];
  const result = await resource[camel(verb)](...given, confirm ? { ...options, confirm: () => true } : options);
  const isPage = result !== null && typeof result === 'object' && 'has_more' in result;
  const found = isPage ? result.data : result;
  const one = isPage ? found[0] : found;
  const type = typeof one?.original === 'function' ? one.constructor.name : null;
  return { value: jsonable(found) ?? null, type };
}

/** At most `take` ids of a list. With `resume`, continues once after an error. */
async function listAll(sessions, { query, take = 99, resume }) {
  const items = [];
  let mayResume = resume;
  const all = sessions.list(query)[Symbol.asyncIterator]();
  try {
    while (items.length < take) {
      try {
        const { value, done } = await all.next();
        if (done) break;
        items.push(value.checkout_session_id);
      } catch (error) {
        if (!mayResume) throw error;
        mayResume = false;
      }
    }
  } catch (error) {
    return { items, error: describeError(error) };
  }
  return { items };
}

/** Runs one plan and prints its result. */
async function run(line) {
  const plan = read(line);
  let started = performance.now();
  let result;
  try {
    const client = new LomiClient(nodeOptions(plan.client));
    for (const before of plan.before) await call(client, before);
    if (plan.pause_ms > 0) await new Promise((resolve) => setTimeout(resolve, plan.pause_ms));
    started = performance.now();
    result = await call(client, plan.call);
  } catch (error) {
    result = { error: describeError(error) };
  }
  const ms = Math.round(performance.now() - started);
  process.stdout.write(`${JSON.stringify({ name: plan.name, ms, ...result })}\n`);
}

const lines = [];
for await (const chunk of process.stdin) lines.push(chunk);
await Promise.all(Buffer.concat(lines).toString().trim().split('\n').map(run));
await new Promise((resolve) => setTimeout(resolve, 100));

'use strict';

// Kills a shop at random moments, restarts it until everything is handled, and compares what it has written with
// what was paid.

const { spawn } = require('node:child_process');
const net = require('node:net');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const lomi = require('../..');
const { ending } = require('../helpers/databases.js');
const { KINDS } = require('./shops.js');

/** For how many milliseconds a handler is waited for. On a busy machine a program starts slowly. */
const PATIENCE = 5_000;

/** For how many milliseconds the last program may work on what the killed ones have left. A busy machine is slow. */
const LONGEST = 120_000;

const RECEIVER = path.join(__dirname, 'receiver.js');

/** Random numbers from 0 to 1 that follow from a seed (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A port that is free now: the shop listens there again after each restart. */
async function freePort() {
  const listener = net.createServer();
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

/** A running shop, and the words that it has printed. */
class Running {
  words = [];
  #changed = () => {};

  constructor(settings) {
    this.child = spawn(process.execPath, [RECEIVER, JSON.stringify(settings)], {
      stdio: ['pipe', 'pipe', 'pipe'], // it ends when its stdin closes, also when this process is killed
    });
    this.errors = '';
    this.child.stderr.on('data', (chunk) => (this.errors += chunk));
    let rest = '';
    this.child.stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      this.words.push(...lines);
      this.#changed();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => {
        this.over = true;
        this.#changed();
        resolve();
      });
    });
  }

  count(word) {
    return this.words.filter((one) => one === word).length;
  }

  /** Resolves once a word has been printed `times`; at the latest after `longest` milliseconds, to false. */
  async until(word, times, longest) {
    const deadline = Date.now() + longest;
    while (this.count(word) < times) {
      const rest = deadline - Date.now();
      if (rest <= 0) return false;
      if (this.over) throw new Error(`the shop ended by itself: ${this.errors}`);
      const timer = new AbortController();
      const changed = new Promise((resolve) => (this.#changed = resolve));
      await Promise.race([changed, sleep(rest, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
    }
    return true;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Waits for a random moment. Each kind of moment, and each shop, has its turn. */
async function moment(running, kinds, kill, random) {
  const kind = kinds[Math.floor(random() * kinds.length)];
  switch (kill % 4) {
    case 0: // anywhere in its work
      return sleep(random() * 60);
    case 1: // in a transaction, or close to its end
    case 2:
      if (await running.until(`handler ${kind}`, 1, PATIENCE)) await sleep(random() * 5);
      return undefined;
    default: // after a transaction
      if (await running.until(`handled ${kind}`, 1, PATIENCE)) await sleep(random() * 3);
      return undefined;
  }
}

/**
 * Kills a program with a shop of each kind `kills` times. Resolves, by kind, to what was paid, what the shop has
 * written, and how many kills found it in which state.
 */
async function crash({ kinds, servers, sandbox, name, kills, seed, breakage }) {
  const shops = await Promise.all(kinds.map((kind) => KINDS[kind].open(servers, name)));
  shops.forEach(ending);
  for (const shop of shops) await shop.create();
  const api = new lomi.LomiClient({ apiKey: sandbox.test_key, baseUrl: sandbox.url });
  const port = await freePort();
  const hook = await api.webhooks.create({
    url: `http://127.0.0.1:${port}/hook`,
    authorized_events: ['PAYMENT_SUCCEEDED'],
  });
  const settings = { kinds, servers, name, port, breakage, url: sandbox.url };
  Object.assign(settings, { apiKey: sandbox.test_key, secret: hook.secret });
  const random = randomNumbers(seed);
  const paid = [];
  const pay = async () => {
    const amount = 100 + Math.floor(random() * 900);
    const session = await api.checkoutSessions.create({ amount, currency_code: 'XOF' });
    const route = `/_sandbox/sessions/${session.checkout_session_id}/pay`;
    const { transaction } = await api.request({ method: 'POST', path: route, body: {} });
    paid.push({ id: transaction.transaction_id, amount });
  };

  const states = kinds.map(() => ({ before: 0, within: 0, after: 0 }));
  for (let kill = 0; kill < kills; kill += 1) {
    const running = new Running(settings);
    await pay(); // while the program starts: the webhook comes too early, and reconcile brings the payment
    if (!(await running.until('ready', 1, 20_000))) throw new Error(`not ready: ${running.errors}`);
    const paying = pay(); // the webhook comes, and reconcile may bring the payment at the same time
    await moment(running, kinds, kill, random);
    await running.kill();
    await paying;
    for (const [at, kind] of kinds.entries()) {
      const [begun, committed] = [running.count(`handler ${kind}`), running.count(`handled ${kind}`)];
      states[at][begun === 0 ? 'before' : begun > committed ? 'within' : 'after'] += 1;
    }
  }

  const running = new Running(settings);
  try {
    await running.until('ready', 1, 20_000);
    // Now the sandbox sends again the webhooks that it could not deliver.
    await api.request({ method: 'POST', path: '/_sandbox/clock', body: { advance: '120s' } });
    for (const kind of kinds) {
      // The second run began after the first one had found nothing left.
      if (await running.until(`idle ${kind}`, 2, LONGEST)) continue;
      throw new Error(`${kind} did not handle everything: ${running.errors}`);
    }
  } finally {
    await running.kill();
  }
  const found = {};
  for (const [at, shop] of shops.entries()) {
    const [payments, balance] = [await shop.payments(), await shop.balance()];
    found[kinds[at]] = { paid, payments, balance, states: states[at] };
  }
  return found;
}

/** What the shop has lost, and what it has written more than once or without a payment. */
function differences({ paid, payments, balance }) {
  const times = new Map(paid.map(({ id, amount }) => [`${id} ${amount}`, 0]));
  let unknown = 0;
  for (const { id, amount } of payments) {
    const key = `${id} ${amount}`;
    if (times.has(key)) times.set(key, times.get(key) + 1);
    else unknown += 1;
  }
  const counts = [...times.values()];
  return {
    lost: counts.filter((count) => count === 0).length,
    doubled: counts.filter((count) => count > 1).length,
    unknown,
    balance: balance - paid.reduce((sum, { amount }) => sum + amount, 0),
  };
}

module.exports = { crash, differences };

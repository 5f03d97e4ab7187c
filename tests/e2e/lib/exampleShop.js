'use strict';

// An example shop (examples/shop-*) with a new database, and the sandbox that it is paid through.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const { startSandbox } = require('../../../bindings-node/testing.js');
const { SANDBOX } = require('./languages.js');

/** Every shop there is. `SHOPS=node,php` chooses, `SHOPS_ROOT` is another checkout of the repository. */
const SHOPS = process.env.SHOPS?.split(',') ?? ['python', 'node', 'php', 'rust', 'ruby', 'kotlin'];
const ROOT = path.resolve(process.env.SHOPS_ROOT ?? path.join(__dirname, '../../..'));

const INSTALLING = 600_000; // milliseconds; the first start of a shop installs what it needs
const ENDING = 5000;

/**
 * A port on which nothing listens. It is below those that the system gives out by itself (from 32768), so that no
 * connection gets it before the shop listens, which may take seconds.
 */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = net.createServer();
    server.listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** What `check` resolves to, once that is true. */
async function until(what, check, milliseconds = 8000) {
  for (const end = Date.now() + milliseconds; ; await sleep(50)) {
    const result = await check();
    if (result) return result;
    if (Date.now() > end) throw new Error(`within ${milliseconds / 1000} s: ${what}`);
  }
}

/** The cookies that a response sets. The Node 18 of Debian 12 joins them into one header. */
function cookiesOf({ headers }) {
  const set = headers.getSetCookie?.() ?? (headers.get('set-cookie') ?? '').split(/, (?=[^;,\s]+=)/);
  return set.map((cookie) => cookie.split(';')[0]);
}

class ExampleShop {
  constructor(name, sandbox, port, database) {
    this.name = name;
    this.sandbox = sandbox;
    this.url = `http://127.0.0.1:${port}`;
    this.program = path.join(ROOT, `examples/shop-${name}/start`);
    this.env = {
      ...process.env,
      PORT: String(port),
      SHOP_URL: this.url,
      SHOP_DATABASE: database,
      LOMI_API_KEY: sandbox.apiKey,
      LOMI_BASE_URL: sandbox.url,
      LOMI_WEBHOOK_SECRET: sandbox.webhookSecret,
    };
  }

  /** Starts the program in a process group of its own, which shows whether it leaves processes behind. */
  #spawn(args) {
    const child = spawn(this.program, args, {
      env: this.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (child.printed += chunk));
    child.closed = once(child, 'close');
    child.closed.catch(() => {}); // an error of the start; whoever waits gets it
    return child;
  }

  async start() {
    const shop = this.#spawn([]);
    this.process = shop;
    const answers = () =>
      fetch(this.url).then(
        (response) => response.ok,
        () => false,
      );
    const ended = shop.closed.then(() => {
      throw new Error(`shop-${this.name} ended: ${shop.printed}`);
    });
    ended.catch(() => {}); // also when it is stopped at the end
    await Promise.race([until(`${this.url} answers`, answers, INSTALLING), ended]);
  }

  /** Sends SIGTERM to the program that was started. Everything must end. */
  async stop() {
    if (!this.process || this.process.exitCode !== null) return;
    const { pid, closed } = this.process;
    this.process.kill('SIGTERM');
    const late = sleep(ENDING, 'late', { ref: false });
    if ((await Promise.race([closed, late])) !== 'late') return;
    process.kill(-pid, 'SIGKILL');
    throw new Error(`shop-${this.name} did not end within ${ENDING / 1000} s of SIGTERM`);
  }

  /** `./start reconcile`. Resolves to what it prints. */
  async reconcile() {
    const run = this.#spawn(['reconcile']);
    const [code] = await run.closed;
    if (code !== 0) throw new Error(`reconcile ended with ${code}: ${run.printed}`);
    return run.printed;
  }

  /** A request to the shop, whose redirect is not followed. */
  request(route, options = {}) {
    return fetch(this.url + route, { redirect: 'manual', ...options });
  }

  /** Sends a form. It has what the form of the first page has: a framework's token against forged forms. */
  async post(route) {
    if (!this.form) {
      const response = await this.request('/');
      const hidden = (await response.text()).match(/<input[^>]*type="hidden"[^>]*>/g) ?? [];
      const value = (input, name) => new RegExp(`${name}="([^"]*)"`).exec(input)[1];
      this.form = {
        body: new URLSearchParams(hidden.map((input) => [value(input, 'name'), value(input, 'value')])),
        headers: { Cookie: cookiesOf(response).join('; ') },
      };
    }
    return this.request(route, { method: 'POST', ...this.form });
  }

  /** A webhook, as the sandbox sends it. */
  deliver(body, signature) {
    const headers = {
      'Content-Type': 'application/json',
      ...(signature && { 'X-Lomi-Signature': signature }),
    };
    return this.request('/webhooks', { method: 'POST', body, headers });
  }

  /** The order and the session that a page of the sandbox is for. */
  async ofCheckout(address) {
    const session = new URL(address).pathname.split('/').pop();
    const { metadata } = await this.sandbox.client().checkoutSessions.get(session);
    return { order: metadata.order, session };
  }

  /** Makes an order, without a browser. */
  async order() {
    const response = await this.post('/orders');
    if (response.status !== 303) throw new Error(`${response.status}: ${await response.text()}`);
    return this.ofCheckout(response.headers.get('location'));
  }

  /** Makes an order that is paid, as its webhook says. */
  async paidOrder() {
    const made = await this.order();
    const { transaction_id: transaction } = await this.sandbox.pay(made.session);
    await this.untilPaid(made.order);
    return { ...made, transaction };
  }

  /** What the order's page shows. */
  async status(order, query = '') {
    const response = await this.request(`/orders/${order}${query}`);
    const html = await response.text();
    if (response.status !== 200) throw new Error(`${response.status}: ${html}`);
    return /data-status="(\w+)"/.exec(html)?.[1];
  }

  /** The order in the list: its status, how often it was paid, and all its text. */
  async row(order) {
    const html = await (await this.request('/orders')).text();
    const start = html.search(new RegExp(`<tr[^>]*data-order="${order}"`));
    if (start < 0) throw new Error(`no row of ${order}: ${html}`);
    const row = html.slice(start, html.indexOf('</tr>', start));
    const text = row.replace(/<[^>]*>/g, ' ');
    return {
      status: /\b(pending|paid|refunded|cancelled|expired|failed)\b/.exec(text)?.[1],
      paid: Number(/data-paid-count="(\d+)"/.exec(row)?.[1]),
      text,
    };
  }

  untilPaid(order) {
    return until(`order ${order} is paid`, async () => (await this.row(order)).status === 'paid');
  }

  /** How many orders are in the list. */
  async orders() {
    return (await (await this.request('/orders')).text()).match(/data-order="/g)?.length ?? 0;
  }
}

/** A shop and its sandbox, which end with the test. With `lost`, no webhook reaches the shop. */
async function openExampleShop(test, name, { lost = false } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `lomi-shop-${name}-`));
  let shop;
  let sandbox;
  // One hook, because Node skips the others after one that fails; and the shop first, because it writes files.
  test.after(async () => {
    try {
      await shop?.stop();
    } finally {
      await sandbox?.stop();
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
  const port = await freePort();
  const webhooks = `http://127.0.0.1:${lost ? await freePort() : port}/webhooks`;
  sandbox = await startSandbox({ binary: SANDBOX, args: ['--webhook-url', webhooks] });
  shop = new ExampleShop(name, sandbox, port, path.join(folder, 'shop.sqlite3'));
  await shop.start();
  return shop;
}

module.exports = { SHOPS, openExampleShop, until };

'use strict';

// A payout under 200 random schedules of faults, in every language. The newest API pays it once, whatever
// is lost; the current server, which ignores the key, gets it once, and a lost response is an unknown
// outcome.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { describe, it } = require('node:test');

const { startSandbox } = require('../../bindings-node/testing.js');
const { PAYOUTS, SANDBOX, environment } = require('./lib/languages.js');

// Each language has two sandboxes, which end with this process.
process.setMaxListeners(4 * Object.keys(PAYOUTS).length);

const SCHEDULES = Number(process.env.LOMI_SCHEDULES ?? 200);
// Before the work, after it, and instead of it.
const FAULTS = ['reset-before', 'reset-after', '502', '502-after', '503', '503-after', 'truncate', 'html=502', '429=0'];

/** Uniform numbers in 0..1 from a seed, so that a schedule can be played again. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Up to four faults, each for one request, with requests that pass in between. */
function schedule(seed) {
  const random = randomNumbers(seed);
  const faults = [];
  for (let left = Math.floor(random() * 5); left > 0; left--) {
    if (random() < 0.3) faults.push('latency=1');
    faults.push(FAULTS[Math.floor(random() * FAULTS.length)]);
  }
  return faults;
}

class Shop {
  static async open(test, language, generation) {
    const sandbox = await startSandbox({ binary: SANDBOX, args: ['--generation', generation] });
    test.after(() => sandbox.stop());
    const shop = new Shop();
    shop.sandbox = sandbox;
    const [file, ...args] = PAYOUTS[language];
    shop.program = spawn(file, args, { env: environment(sandbox, ''), stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    shop.program.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)));
    shop.said = () => said;
    test.after(() => shop.program.kill());
    shop.lines = createInterface({ input: shop.program.stdout })[Symbol.asyncIterator]();
    const session = await shop.api('POST', '/checkout-sessions', { amount: 90_000_000, currency_code: 'XOF' });
    await shop.control('POST', `/sessions/${session.checkout_session_id}/pay`);
    return shop;
  }

  async api(method, path, body) {
    const headers = { 'X-API-KEY': this.sandbox.apiKey, 'content-type': 'application/json' };
    const response = await fetch(this.sandbox.url + path, { method, headers, body: JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response.json();
  }

  async control(method, path, body = {}) {
    const options = method === 'GET' ? {} : { method, body: JSON.stringify(body) };
    const response = await fetch(`${this.sandbox.url}/_sandbox${path}`, options);
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response.json();
  }

  /** Pays out while requests meet these faults, in this order. */
  async payOut(order, faults) {
    for (const fault of faults) {
      await this.control('POST', '/faults', { fault, count: 1, method: 'POST', path: '/payouts' });
    }
    this.program.stdin.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await this.lines.next();
    assert.ok(!done, `the program has ended: ${this.said()}`);
    await this.control('DELETE', '/faults');
    return JSON.parse(value);
  }

  /** How many payouts of an amount there are: each order has an amount of its own. */
  async made(amount) {
    const found = await this.api('GET', `/payouts?pageSize=100&limit=100`);
    return (Array.isArray(found) ? found : found.data).filter((one) => one.amount === amount).length;
  }

  /** How many requests the server got for an amount. */
  async sent(amount) {
    const { requests } = await this.control('GET', '/requests');
    const paysOut = (one) => one.method === 'POST' && one.target === '/payouts';
    return requests.filter((one) => paysOut(one) && JSON.parse(one.request).amount === amount).length;
  }
}

describe('a payout, 200 random schedules', { concurrency: true }, () => {
  for (const language of Object.keys(PAYOUTS)) {
    it(`${language}: the newest API pays it once`, async (test) => {
      const shop = await Shop.open(test, language, 'e');
      const count = { done: 0, unknown: 0 };
      for (let seed = 1; seed <= SCHEDULES; seed++) {
        const order = { amount: 1000 + seed, key: `payout-${seed}` };
        const faults = schedule(seed);
        const at = `schedule ${seed}: ${faults.join(', ')}`;
        const result = await shop.payOut(order, faults);
        count[result.id ? 'done' : 'unknown'] += 1;
        if (result.id) {
          assert.equal(await shop.made(order.amount), 1, at);
          continue;
        }
        // The merchant does what the error says: the same call with the same key.
        const again = await shop.payOut(order, []);
        assert.ok(again.id, `${at}: ${JSON.stringify([result, again])}`);
        assert.equal(await shop.made(order.amount), 1, at);
      }
      test.diagnostic(`${language}, newest API: ${JSON.stringify(count)}`);
      assert.ok(count.done > SCHEDULES / 2, JSON.stringify(count));
    });

    it(`${language}: the current server gets it once`, async (test) => {
      const shop = await Shop.open(test, language, 'd');
      const count = { done: 0, unknown: 0, refused: 0 };
      for (let seed = 1; seed <= SCHEDULES; seed++) {
        const order = { amount: 1000 + seed, key: `payout-${seed}` };
        const faults = schedule(seed);
        const at = `schedule ${seed}: ${faults.join(', ')}`;
        const result = await shop.payOut(order, faults);
        const made = await shop.made(order.amount);
        if (result.id) {
          count.done += 1;
          assert.equal(made, 1, at);
        } else if (result.outcome === 'unknown') {
          count.unknown += 1;
          assert.ok(made <= 1, at);
        } else {
          count.refused += 1;
          assert.equal(made, 0, `${at}: ${JSON.stringify(result)}`);
        }
        // Only a request that was refused before any work is sent again.
        const refused = faults.filter((fault) => fault.startsWith('429')).length;
        assert.ok((await shop.sent(order.amount)) <= 1 + refused, at);
      }
      test.diagnostic(`${language}, current server: ${JSON.stringify(count)}`);
      assert.ok(count.unknown > 0, JSON.stringify(count));
    });
  }
});

"use strict";

// The calls in Node: node --expose-gc client.js URL EVENT TASK:WARM-UP:CALLS...
// LOMI_PACKAGE is the package's folder. What is counted stands between two calls of `mark`;
// run.py says how.

const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");

const { LomiClient, NotFoundError, webhooks } = require(process.env.LOMI_PACKAGE);

const [, , url, file, ...asked] = process.argv;
const SECRET = "whsec_0123456789abcdef0123456789abcdef";
const EVENT = fs.readFileSync(file);
const SIGNATURE = webhooks.sign(EVENT, SECRET);
const ORDER = {
  amount: 15000,
  currency_code: "XOF",
  title: "Coffee Beans - 1kg",
  success_url: "https://example.com/success",
  cancel_url: "https://example.com/cancel",
};
const { checkoutSessions } = new LomiClient({
  apiKey: "lomi_sk_test_0123456789abcdef",
  baseUrl: `${url}/v1`,
});

const calls = {
  async get() {
    const session = await checkoutSessions.get("cs_1");
    assert(session.status === "open" && session.amount);
  },
  async create() {
    assert((await checkoutSessions.create(ORDER)).checkout_session_id);
  },
  async list() {
    const { data } = await checkoutSessions.list({ limit: 100 });
    assert(data.length === 100);
    for (const row of data) assert(row.status && row.amount);
  },
  async "list-all"() {
    const { data } = await checkoutSessions.list({ limit: 100 });
    let fields = 0;
    for (const row of data) {
      for (const name in row) if (row[name] !== undefined) fields++;
    }
    assert(data.length === 100 && fields > 3000);
  },
  async 404() {
    try {
      await checkoutSessions.get("missing");
    } catch (error) {
      assert(error instanceof NotFoundError && error.message);
      return;
    }
    assert.fail("no error");
  },
  async webhook() {
    const event = webhooks.constructEvent(EVENT, SIGNATURE, SECRET);
    assert(event.event === "PAYMENT_SUCCEEDED" && event.data.gross_amount === 15000);
  },
};

/** Callgrind writes a part of the profile before each call of gethostname. */
function mark() {
  os.hostname();
}

async function main() {
  for (const one of asked) {
    const [task, warmUp, counted] = one.split(":");
    for (let made = 0; made < Number(warmUp); made++) await calls[task]();
    global.gc();
    mark();
    for (let made = 0; made < Number(counted); made++) await calls[task]();
    mark();
  }
  process.exit(0);
}

main();

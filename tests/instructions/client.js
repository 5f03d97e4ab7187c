"use strict";

// So many calls of one kind: node client.js TASK URL CALLS. LOMI_PACKAGE is the package's folder.

const assert = require("node:assert");

const { LomiClient } = require(process.env.LOMI_PACKAGE);

const [, , task, url, calls] = process.argv;
const { checkoutSessions } = new LomiClient({
  apiKey: "lomi_sk_test_bench",
  baseUrl: `${url}/v1`,
  routes: "documented",
});
const ORDER = {
  amount: 15000,
  currency_code: "XOF",
  title: "Coffee Beans - 1kg",
  success_url: "https://example.com/success",
  cancel_url: "https://example.com/cancel",
};

const call = {
  async create() {
    assert((await checkoutSessions.create(ORDER)).checkout_session_id);
  },
  async get() {
    const session = await checkoutSessions.get("cs_1");
    assert(session.status === "open" && session.amount);
  },
  async list() {
    const { data } = await checkoutSessions.list({ limit: 100 });
    assert(data.length === 100);
    for (const row of data) assert(row.status && row.amount);
  },
}[task];

async function main() {
  for (let made = 0; made < Number(calls); made++) await call();
  process.exit(0);
}

main();

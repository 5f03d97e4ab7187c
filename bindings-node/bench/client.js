'use strict';

// The work of one client in a process of its own: prints what it took as JSON.
//
//   node client.js CLIENT TASK URL CALLS WARM-UP
//
// `cpu` is client CPU per call (user and system), `p50` and `p99` are how long one call took; all in
// microseconds. A task is a call of clients.js, `pages` (10,000 rows, two fields read), or `at-once-64`
// or `at-once-1000`: so many `get` under way. `once` makes a session and prints its id; `memory`,
// `steady` and `growth` print figures of their own.

const fs = require('node:fs');

const { make } = require('./clients.js');

const [, , name, task, url, calls, warm] = process.argv;

async function oneByOne(call, number, taken) {
  for (let at = 0; at < number; at++) {
    const start = performance.now();
    await call();
    taken.push(performance.now() - start);
  }
}

async function measure() {
  const client = await make(name, url);
  client.pages = async () => {
    let rows = 0;
    for await (const { status, amount } of client.walk()) rows += status && amount > 0 ? 1 : 0;
    if (rows !== 10_000) throw new Error(`${rows} rows`);
  };
  const atOnce = Number(/^at-once-(\d+)$/.exec(task)?.[1] ?? 1);
  const call = atOnce > 1 ? client.get : client[task];
  const all = (number, taken) =>
    Promise.all(Array.from({ length: atOnce }, () => oneByOne(call, number / atOnce, taken)));
  await all(Number(warm), []);
  const taken = [];
  const before = process.cpuUsage();
  await all(Number(calls), taken);
  const { user, system } = process.cpuUsage(before);
  taken.sort((a, b) => a - b);
  const at = (part) => taken[Math.floor((taken.length * part) / 100)] * 1000;
  return { cpu: (user + system) / taken.length, p50: at(50), p99: at(99) };
}

const open = () => fs.readdirSync('/proc/self/fd').length - 1;

/** Memory and descriptors after so many calls. */
async function memory() {
  const figures = [];
  const client = await make(name, url);
  let made = 0;
  for (const goal of [0, 1, 1_000, 10_000].filter((goal) => goal <= Number(calls))) {
    for (; made < goal; made++) await client.get();
    figures.push({ calls: goal, memory: process.memoryUsage.rss(), open: open() });
  }
  return figures;
}

/** How much more memory the second half of so many calls takes than the first, 64 under way. */
async function steady() {
  const { get } = await make(name, url);
  const total = Number(calls);
  const seen = [];
  for (let done = 0; done < total; done += 64) {
    await Promise.all(Array.from({ length: 64 }, get));
    if (done >= total / 5) seen.push(process.memoryUsage.rss());
  }
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const half = seen.length >> 1;
  return { calls: total, grown: mean(seen.slice(half)) - mean(seen.slice(0, half)) };
}

/** How much memory a walk through so many rows takes that one page did not. */
async function growth() {
  const client = await make(name, `${url}/rows-${calls}`);
  for (let at = 0; at < 3; at++) await client.list();
  const before = process.memoryUsage.rss();
  let [most, rows] = [before, 0];
  for await (const row of client.walk()) {
    if (row && ++rows % 100 === 50) most = Math.max(most, process.memoryUsage.rss());
  }
  if (rows !== Number(calls)) throw new Error(`${rows} rows instead of ${calls}`);
  return { rows, grown: most - before };
}

async function once() {
  fs.writeSync(1, `${await (await make(name, url)).create()}\n`);
  process.exit(0); // what follows is not measured
}

async function main() {
  const said = await ({ once, memory, steady, growth }[task] ?? measure)();
  fs.writeSync(1, `${JSON.stringify(said)}\n`);
  process.exit(0);
}

main();

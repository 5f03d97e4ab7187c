'use strict';

// Runs one task with one client, and prints the CPU time per call in microseconds.

const [, , name, what, port] = process.argv;
const base = `http://127.0.0.1:${port}`;
const KEY = 'lomi_sk_test_bench';
const BODY = {
  amount: 15000,
  currency_code: 'XOF',
  title: 'Coffee Beans - 1kg',
  customer_email: 'customer@example.com',
  success_url: 'https://example.com/success',
};

const clients = {
  lomi() {
    const { LomiClient } = require(process.env.LOMI_BENCH_PACKAGE);
    const { checkoutSessions } = new LomiClient({ apiKey: KEY, baseUrl: base });
    return {
      create: () => checkoutSessions.create(BODY),
      get: () => checkoutSessions.get('7d943e05'),
      list: async () => (await checkoutSessions.list({ limit: 100 })).data,
    };
  },
  undici() {
    const { Agent, request } = require('undici');
    const dispatcher = new Agent();
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json', accept: 'application/json' };
    const call = async (method, path, body) => {
      const { body: answer } = await request(base + path, { method, headers, body, dispatcher });
      return JSON.parse(await answer.text());
    };
    return calls(call);
  },
  axios() {
    const axios = require('axios');
    const httpAgent = new (require('node:http').Agent)({ keepAlive: true });
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json', accept: 'application/json' };
    const api = axios.create({ baseURL: base, headers, httpAgent, proxy: false });
    return calls(async (method, url, data) => (await api.request({ method, url, data })).data);
  },
  fetch() {
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json', accept: 'application/json' };
    return calls(async (method, path, body) => (await fetch(base + path, { method, headers, body })).json());
  },
  http() {
    const http = require('node:http');
    const agent = new http.Agent({ keepAlive: true });
    const headers = { 'x-api-key': KEY, 'content-type': 'application/json', accept: 'application/json' };
    const call = (method, path, body) =>
      new Promise((resolve, reject) => {
        const request = http.request(base + path, { method, headers, agent }, (response) => {
          response.setEncoding('utf8');
          let text = '';
          response.on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve(JSON.parse(text)));
        });
        request.on('error', reject);
        request.end(body);
      });
    return calls(call);
  },
};

function calls(call) {
  return {
    create: () => call('POST', '/checkout-sessions', JSON.stringify(BODY)),
    get: () => call('GET', '/checkout-sessions/7d943e05'),
    list: async () => (await call('GET', '/checkout-sessions?limit=100')).data,
  };
}

/** Memory after some calls and after many more, with 64 in flight. */
async function memory(call) {
  const total = 100_000;
  const at = [];
  for (let made = 0; made < total; made += 64) {
    await Promise.all(Array.from({ length: 64 }, call));
    if (made % 6400 === 0 && made >= total / 5) at.push(process.memoryUsage.rss());
  }
  const half = at.length >> 1;
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const grown = mean(at.slice(half)) - mean(at.slice(0, half));
  console.log(JSON.stringify({ grown, rss: at.at(-1) }));
  process.exit(0);
}

async function main() {
  const client = clients[name]();
  if (what === 'memory') return memory(client.get);
  const counts = { create: 4000, get: 4000, list: 800, many: 12800 };
  const round = {
    create: client.create,
    get: client.get,
    list: client.list,
    many: () => Promise.all(Array.from({ length: 64 }, client.get)),
  }[what];
  const size = what === 'many' ? 64 : 1;
  const rounds = counts[what] / size;
  for (let at = 0; at < rounds / 4; at++) await round();
  const before = process.cpuUsage();
  const started = performance.now();
  for (let at = 0; at < rounds; at++) await round();
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - started) * 1000;
  console.log(JSON.stringify({ cpu: (user + system) / counts[what], wall: wall / counts[what] }));
  process.exit(0);
}

main();

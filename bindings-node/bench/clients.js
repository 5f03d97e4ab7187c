'use strict';

// The clients that the bench measures in Node, each as a program would use it. A client is a function
// of the server's address that gives its calls by their names: `create`, `get`, `list` (two fields of
// each row are read), `list-all` (all 35 are) and `walk`, an iterator over all rows.

const KEY = 'lomi_sk_test_bench';
const BODY = {
  amount: 15000,
  currency_code: 'XOF',
  title: 'Coffee Beans - 1kg',
  success_url: 'https://example.com/success',
  cancel_url: 'https://example.com/cancel',
};
const FIELDS = `allow_coupon_code allow_quantity allowed_providers amount cancel_url checkout_session_id
  created_at created_by currency_code customer_email customer_id customer_name customer_phone
  environment expires_at installment_plan_id is_pos is_spi metadata organization_id payment_link_id
  payment_request_id price_id product_id public_description qr_code_data qr_code_type quantity
  spi_account_number spi_qr_code_id status subscription_id success_url title updated_at`.split(/\s+/);
const HEADERS = { 'x-api-key': KEY, 'content-type': 'application/json', accept: 'application/json' };
// The authority of the bench's server. The others know it by NODE_EXTRA_CA_CERTS.
const CA_FILE = process.env.LOMI_BENCH_CA;
const PATH = '/v1/checkout_sessions';

const two = (rows) => rows.map((row) => [row.status, row.amount]);
const every = (rows) => rows.map((row) => FIELDS.map((name) => row[name]));

/** The calls of a client that gives a response as decoded JSON. */
function decoded(call) {
  const rows = async (offset = 0) => (await call('GET', `${PATH}?limit=100&offset=${offset}`)).data;
  return {
    create: async () => (await call('POST', PATH, BODY)).checkout_session_id,
    get: async () => (await call('GET', `${PATH}/cs_1`)).status,
    list: async () => two(await rows()),
    'list-all': async () => every(await rows()),
    async *walk() {
      for (let offset = 0; offset < 10_000; offset += 100) yield* await rows(offset);
    },
  };
}

/** node:http or node:https with connections that are kept. */
function agents(url) {
  const library = require(url.startsWith('https') ? 'node:https' : 'node:http');
  return { library, agent: new library.Agent({ keepAlive: true }) };
}

const clients = {
  lomi(url) {
    const { LomiClient } = require(process.env.LOMI_BENCH_PACKAGE);
    const client = new LomiClient({
      apiKey: KEY,
      baseUrl: `${url}/v1`,
      routes: 'documented',
      ...(CA_FILE && { caFile: CA_FILE }),
    });
    const { checkoutSessions } = client;
    return {
      create: async () => (await checkoutSessions.create(BODY)).checkout_session_id,
      get: async () => (await checkoutSessions.get('cs_1')).status,
      list: async () => two((await checkoutSessions.list({ limit: 100 })).data),
      'list-all': async () => every((await checkoutSessions.list({ limit: 100 })).data),
      walk: () => checkoutSessions.list({ limit: 100 }),
    };
  },
  undici(url) {
    const { Agent, request } = require('undici');
    const dispatcher = new Agent();
    return decoded(async (method, path, data) => {
      const body = data && JSON.stringify(data);
      const response = await request(url + path, { method, headers: HEADERS, body, dispatcher });
      return JSON.parse(await response.body.text());
    });
  },
  fetch(url) {
    return decoded(async (method, path, data) => {
      const response = await fetch(url + path, {
        method,
        headers: HEADERS,
        body: data && JSON.stringify(data),
      });
      return response.json();
    });
  },
  'node:http'(url) {
    const { library, agent } = agents(url);
    return decoded(
      (method, path, data) =>
        new Promise((resolve, reject) => {
          const request = library.request(url + path, { method, headers: HEADERS, agent }, (response) => {
            response.setEncoding('utf8');
            let text = '';
            response.on('data', (chunk) => (text += chunk));
            response.on('end', () => resolve(JSON.parse(text)));
            response.on('error', reject);
          });
          request.on('error', reject);
          request.end(data && JSON.stringify(data));
        }),
    );
  },
  axios(url) {
    const axios = require('axios');
    const { agent } = agents(url);
    const api = axios.create({
      baseURL: url,
      headers: HEADERS,
      httpAgent: agent,
      httpsAgent: agent,
      proxy: false,
    });
    return decoded(async (method, path, data) => (await api.request({ method, url: path, data })).data);
  },
  async got(url) {
    // An ES module, which NODE_PATH does not find.
    const { default: got } = await import(`${process.env.NODE_PATH}/got/dist/source/index.js`);
    const { agent } = agents(url);
    const api = got.extend({ headers: HEADERS, agent: { http: agent, https: agent }, retry: { limit: 0 } });
    return decoded((method, path, json) => api(url + path, { method, json }).json());
  },
  /** Another payment API's client, whose objects here have the same fields. */
  stripe(url) {
    const Stripe = require('stripe');
    const { hostname: host, port, protocol } = new URL(url);
    const httpAgent = agents(url).agent;
    const options = { host, port, protocol: protocol.slice(0, -1), httpAgent, telemetry: false };
    const { sessions } = new Stripe(KEY, options).checkout;
    return {
      create: async () => (await sessions.create(BODY)).checkout_session_id,
      get: async () => (await sessions.retrieve('cs_1')).status,
      list: async () => two((await sessions.list({ limit: 100 })).data),
      'list-all': async () => every((await sessions.list({ limit: 100 })).data),
      walk: () => sessions.list({ limit: 100 }),
    };
  },
};

module.exports = { make: async (name, url) => clients[name](url) };

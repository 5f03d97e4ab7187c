'use strict';

// The local lomi. API for tests of your own.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { LomiClient } = require('./index.js');

const NAME = process.platform === 'win32' ? 'lomi-sandbox.exe' : 'lomi-sandbox';

/** In the repository of the SDK itself. */
const BUILT = path.join(__dirname, '../target/debug', NAME);

/** Where the sandbox's program is: as told, or on the PATH. */
function find(given) {
  if (given !== undefined) return given;
  if (process.env.LOMI_SANDBOX) return process.env.LOMI_SANDBOX;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const places = [...folders.map((folder) => path.join(folder, NAME)), BUILT];
  const found = places.find((file) => fs.existsSync(file));
  if (found === undefined) {
    throw new Error(
      `${NAME} is not on the PATH: install it with "cargo install lomi-sandbox", or give its place as ` +
        'startSandbox({binary}) or in LOMI_SANDBOX',
    );
  }
  return found;
}

/** What a test does in the buyer's, the provider's and the clock's place. */
function controls(url) {
  async function control(method, route, body = {}) {
    const answer = await fetch(`${url}/_sandbox/${route}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: method === 'GET' ? undefined : JSON.stringify(body),
    });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`lomi-sandbox: ${method} ${route}: ${answer.status}: ${said}`);
    return JSON.parse(said);
  }
  async function act(id, action, provider) {
    const route = `sessions/${encodeURIComponent(id)}/${action}`;
    return (await control('POST', route, { provider })).transaction;
  }
  return {
    control,
    pay: (id, { provider } = {}) => act(id, 'pay', provider),
    fail: (id, { provider } = {}) => act(id, 'fail', provider),
    pending: (id, { provider } = {}) => act(id, 'pending', provider),
    async expire(id) {
      await act(id, 'expire');
    },
    async advanceClock(by) {
      await control('POST', 'clock', { advance: typeof by === 'number' ? `${by}ms` : by });
    },
    async deliveries() {
      return (await control('GET', 'deliveries')).deliveries;
    },
  };
}

/** Starts a sandbox on a free port. Stop it when the tests are over; it ends with the process as well. */
async function startSandbox({ binary, args = [] } = {}) {
  const program = find(binary);
  // It ends with the pipe, which the system closes also when this process is killed.
  const options = ['--port', '0', '--quiet', '--until-stdin-closes', ...args];
  const child = spawn(program, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  const hello = await new Promise((resolve, reject) => {
    let said = '';
    child.once('error', (cause) =>
      reject(new Error(`${program} cannot be started: ${cause.message}`, { cause })),
    );
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('\n')) resolve(JSON.parse(said.split('\n')[0]));
    });
  });
  const kill = () => child.kill();
  process.once('exit', kill);
  child.unref();
  child.stdin.unref();
  child.stdout.unref();
  return {
    url: hello.url,
    apiKey: hello.test_key,
    liveKey: hello.live_key,
    webhookSecret: hello.webhook_secret,
    client: (options) => new LomiClient({ apiKey: hello.test_key, baseUrl: hello.url, ...options }),
    ...controls(hello.url),
    async stop() {
      process.removeListener('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.ref();
      child.kill();
      await ended;
    },
  };
}

module.exports = { startSandbox };

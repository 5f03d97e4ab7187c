'use strict';

// The sandbox (the lomi. API on this machine) for tests of a user's own.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { ConfigurationError, LomiClient, ValidationError, internal } = require('./index.js');

const { check, checkedOptions, native, offlineClient, optionalOptions, string, toJson } = internal;

const PROGRAM = process.platform === 'win32' ? 'lomi-sandbox.exe' : 'lomi-sandbox';

/** Where the program is built in the repository of the SDK itself. */
const REPOSITORY_BUILD = path.join(__dirname, '../target/debug', PROGRAM);

const START_OPTIONS = new Set(['binary', 'args']);
const PAYMENT_OPTIONS = new Set(['provider']);
const STUB_OPTIONS = new Set(['status']);

/** The path of the sandbox's program: as given, from LOMI_SANDBOX, or on the PATH. */
function findProgram(binary) {
  if (binary !== undefined) return string(binary, 'binary', ConfigurationError);
  if (process.env.LOMI_SANDBOX) return process.env.LOMI_SANDBOX;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = [...folders.map((folder) => path.join(folder, PROGRAM)), REPOSITORY_BUILD];
  const file = candidates.find((candidate) => fs.existsSync(candidate));
  if (file === undefined) {
    throw new ConfigurationError(
      `${PROGRAM} is not on the PATH: it comes with each release of the SDK; put it there, or give its path as ` +
        'startSandbox({binary}) or in LOMI_SANDBOX',
    );
  }
  return file;
}

/** The methods with which a test acts as the buyer, the provider and the clock. */
function controls(url) {
  async function control(method, route, body = {}) {
    const response = await fetch(`${url}/_sandbox/${route}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: method === 'GET' ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`lomi-sandbox: ${method} ${route}: ${response.status}: ${text}`);
    return JSON.parse(text);
  }
  async function act(id, action, provider) {
    const route = `sessions/${encodeURIComponent(id)}/${action}`;
    return (await control('POST', route, { provider })).transaction;
  }
  const payment = (action) => async (id, options) => {
    const { provider } = optionalOptions(options, PAYMENT_OPTIONS, `the options of ${action}`);
    return act(id, action, provider);
  };
  return {
    control,
    pay: payment('pay'),
    fail: payment('fail'),
    pending: payment('pending'),
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

/** The arguments of the program, as given by the caller. */
function checkedArgs(args) {
  if (Array.isArray(args) && args.every((argument) => typeof argument === 'string')) return args;
  throw new ConfigurationError('args must be a list of strings, such as ["--webhook-url", "http://..."]');
}

/** The first line that the program writes. */
function firstLine(child, program) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('error', (cause) =>
      reject(new Error(`${program} cannot be started: ${cause.message}`, { cause })),
    );
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('\n')) resolve(output.split('\n')[0]);
    });
  });
}

/** The address and the keys in that line. The line is not shown: it may have keys. */
function readHello(line, program) {
  let hello;
  try {
    hello = JSON.parse(line);
  } catch {
    hello = undefined;
  }
  if (typeof hello?.url === 'string') return hello;
  throw new Error(`${program} is not the sandbox, or one of another version: its first line has no address`);
}

/** Starts a sandbox on a free port. It ends with `stop`, and at the latest with this process. */
async function startSandbox(options = {}) {
  const name = 'the argument of startSandbox';
  const { binary, args = [] } = checkedOptions(options, START_OPTIONS, name, ConfigurationError);
  const program = findProgram(binary);
  // The sandbox ends when the pipe closes, which the system does also when this process is killed.
  const flags = ['--port', '0', '--quiet', '--until-stdin-closes', ...checkedArgs(args)];
  const child = spawn(program, flags, { stdio: ['pipe', 'pipe', 'inherit'] });
  const hello = await firstLine(child, program)
    .then((line) => readHello(line, program))
    .catch((error) => {
      // Another program may not end by itself, and this process would wait for it.
      child.kill();
      child.unref();
      child.stdin.destroy();
      child.stdout.destroy();
      throw error;
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
    client: (given) => new LomiClient({ apiKey: hello.test_key, baseUrl: hello.url, ...given }),
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

/** Answers the calls of its clients with examples of what the API returns. Nothing is sent. */
class Stub {
  #offline = new native.Offline();

  client(options) {
    return offlineClient(LomiClient, this.#offline, options);
  }

  respond(operation, body = null, options = undefined) {
    const { status = 200 } = optionalOptions(options, STUB_OPTIONS, 'the options of respond');
    string(operation, 'the operation');
    if (!Number.isInteger(status) || status < 0 || status > 999) {
      throw new ValidationError('status must be the status of a response');
    }
    check(this.#offline.respond(operation, status, toJson(body, 'the body')));
  }

  fail(operation, how = 'connection') {
    check(this.#offline.fail(string(operation, 'the operation'), string(how, 'how')));
  }

  get requests() {
    return JSON.parse(this.#offline.requests());
  }
}

/** A stub for unit tests: clients that send nothing, with answers from examples. */
function stub() {
  return new Stub();
}

module.exports = { startSandbox, stub };

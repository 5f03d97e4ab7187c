'use strict';

// The local lomi. API for tests of your own.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const NAME = process.platform === 'win32' ? 'lomi-sandbox.exe' : 'lomi-sandbox';

/** Where the sandbox's program is: as told, or on the PATH. */
function find(given) {
  if (given !== undefined) return given;
  if (process.env.LOMI_SANDBOX) return process.env.LOMI_SANDBOX;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, NAME)).find((file) => fs.existsSync(file));
  if (found === undefined) {
    throw new Error(
      `${NAME} is not on the PATH: install it with "cargo install lomi-sandbox", or give its place as ` +
        'startSandbox({binary}) or in LOMI_SANDBOX',
    );
  }
  return found;
}

/** Starts a sandbox on a free port. Stop it when the tests are over; it ends with the process as well. */
async function startSandbox({ binary, args = [] } = {}) {
  const program = find(binary);
  const child = spawn(program, ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
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
  child.stdout.unref();
  return {
    url: hello.url,
    apiKey: hello.test_key,
    liveKey: hello.live_key,
    webhookSecret: hello.webhook_secret,
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

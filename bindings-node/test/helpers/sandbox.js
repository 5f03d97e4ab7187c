'use strict';

// The sandbox for tests: one process per test file, which ends with it.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { after } = require('node:test');

const BINARY = process.env.LOMI_SANDBOX ?? path.join(__dirname, '../../../target/debug/lomi-sandbox');

const running = [];
after(() => running.forEach((child) => child.kill()));

/** Starts a sandbox; returns `{url, test_key, live_key, webhook_secret}`. */
async function sandbox(...options) {
  const child = spawn(BINARY, ['--port', '0', '--quiet', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('\n')) break;
  }
  if (output === '') throw new Error(`${BINARY} did not start; build it with cargo build -p lomi-sandbox`);
  return JSON.parse(output.split('\n')[0]);
}

module.exports = { sandbox, BINARY };

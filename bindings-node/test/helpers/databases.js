'use strict';

// PostgreSQL, MariaDB, Redis and a folder for SQLite: one set per test file, which ends with it.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { after } = require('node:test');

const PROGRAM = path.join(__dirname, '../../../tests/databases/start.py');

const running = [];
const clients = [];

/** Ends `client` after the tests, before the servers end. */
function ending(client) {
  clients.push(client);
  return client;
}

after(async () => {
  await Promise.all(clients.map((client) => client.end()));
  for (const child of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.end();
    await ended;
  }
});

/** Starts the servers; returns what a client needs of each, by its name. */
async function databases() {
  const child = spawn('python3', [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('\n')) return JSON.parse(output.split('\n')[0]);
  }
  throw new Error(`${PROGRAM} did not start`);
}

module.exports = { databases, ending };

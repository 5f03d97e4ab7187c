'use strict';

// One call from Node to a sandbox that it starts: that a library loads and works on this system.
//   node .ci/one-call.cjs PACKAGE SANDBOX     PACKAGE is a folder, or a name that is installed here

const { spawn } = require('node:child_process');
const { createRequire } = require('node:module');
const path = require('node:path');
const readline = require('node:readline');

const [name, sandbox] = process.argv.slice(2);
const here = createRequire(path.join(process.cwd(), 'package.json'));
const { LomiClient } = here(/^\w+$/.test(name) ? name : path.resolve(name));

const server = spawn(path.resolve(sandbox), ['--quiet', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
server.on('error', (error) => {
  throw error;
});
readline.createInterface({ input: server.stdout }).once('line', async (line) => {
  const { url, test_key: apiKey } = JSON.parse(line);
  try {
    const client = new LomiClient({ apiKey, baseUrl: url });
    const made = await client.checkoutSessions.create({ amount: 5000, currency_code: 'XOF', title: 'Coffee' });
    const read = await client.checkoutSessions.get(made.checkout_session_id);
    if (read.amount !== 5000 || !made.checkout_url.startsWith(`${url}/`)) {
      throw new Error(`not what was created: ${JSON.stringify(read)}`);
    }
    console.log(`node: ${made.checkout_url}`);
  } finally {
    server.kill();
  }
});

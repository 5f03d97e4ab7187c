'use strict';

// `npm run bench`: this client and its peers in one run, medians of interleaved rounds. The figures
// are microseconds of CPU per call; the bars compare the ratio within one round.

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { bundle } = require('../scripts/bundle.js');

const TARGET = path.join(__dirname, '../../target');
const LIBRARY = process.platform === 'darwin' ? 'liblomi_node.dylib' : 'liblomi_node.so';

const CLIENTS = ['lomi', 'undici', 'http', 'fetch', 'axios'];
const TASKS = ['create', 'get', 'list', 'many'];
const BARS = { create: 0.65, get: 0.65, list: 0.85, many: 0.5 };
const ROUNDS = Number(process.env.ROUNDS ?? 5);

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

function pinned(core, ...command) {
  // On Linux, client and server are pinned to different cores.
  return process.platform === 'linux' ? ['taskset', '-c', String(core), ...command] : command;
}

/** Builds the package as it is published, which is what the benchmark measures. */
function buildPackage() {
  const place = path.join(TARGET, 'bench/node');
  fs.rmSync(place, { recursive: true, force: true });
  fs.mkdirSync(place, { recursive: true });
  fs.copyFileSync(path.join(TARGET, 'dist', LIBRARY), path.join(place, 'lomi.node'));
  bundle(path.join(__dirname, '..'), place);
  process.env.LOMI_BENCH_PACKAGE = place;
}

/** The CPU time of `code` in a new Node process, in milliseconds. */
function startUp(code) {
  const program = `const before = process.cpuUsage(); ${code}; const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000)`;
  const once = () =>
    Number(execFileSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8' }));
  return median(Array.from({ length: 15 }, once));
}

async function main() {
  buildPackage();
  const [first, ...rest] = pinned(1, process.execPath, path.join(__dirname, 'server.js'));
  const server = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve) =>
    server.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  const found = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const task of TASKS) {
      for (const client of CLIENTS) {
        const [program, ...args] = pinned(
          0,
          process.execPath,
          path.join(__dirname, 'client.js'),
          client,
          task,
          port,
        );
        const { cpu } = JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
        ((found[task] ??= {})[client] ??= []).push(cpu);
      }
    }
  }
  const once = pinned(0, process.execPath, path.join(__dirname, 'client.js'), 'lomi', 'memory', port);
  const { grown, rss } = JSON.parse(execFileSync(once[0], once.slice(1), { encoding: 'utf8' }));
  server.kill();
  console.log(['task', ...CLIENTS, 'of undici', 'bar'].map((word) => word.padStart(10)).join(''));
  let met = true;
  for (const task of TASKS) {
    const medians = CLIENTS.map((client) => median(found[task][client]));
    // This client and undici run one after the other, so that a slow machine slows both.
    const ratio = median(found[task].lomi.map((ours, round) => ours / found[task].undici[round]));
    met &&= ratio <= BARS[task];
    const cells = [task, ...medians.map((value) => value.toFixed(0)), ratio.toFixed(2), BARS[task]];
    console.log(cells.map((cell) => String(cell).padStart(10)).join(''));
  }
  const start = startUp('require(process.env.LOMI_BENCH_PACKAGE)');
  console.log(`require: ${start.toFixed(1)} ms of CPU over bare Node (bar 12)`);
  met &&= start <= 12;
  const mb = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  console.log(
    `memory over 100,000 calls: ${mb(grown)} more in the second half, ${mb(rss)} in all (bar 5 MB more)`,
  );
  met &&= grown <= 5e6;
  const file = path.join(TARGET, 'dist', LIBRARY);
  if (fs.existsSync(file)) {
    const { size } = fs.statSync(file);
    console.log(`native file: ${mb(size)} (bar 5 MB)`);
    met &&= size <= 5e6;
  } else {
    console.log('native file: not measured, "make dist" builds it');
  }
  process.exitCode = met ? 0 : 1;
}

main();

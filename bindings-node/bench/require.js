'use strict';

// `node bench/require.js 15 now=FOLDER before=FOLDER ...`: what `require` of each package costs, and require with
// a first client and resource, in milliseconds of CPU over bare Node. The rounds are interleaved, so that a
// slow machine slows all alike; 10th percentile, median and 90th percentile.

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const [rounds, ...named] = process.argv.slice(2);
const packages = named.map((one) => one.split('='));

const program = (folder, use) => `
  const before = process.cpuUsage();
  const lomi = require(${JSON.stringify(path.resolve(folder))});
  ${use}
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1000);`;
const USES = { require: '', client: "new lomi.LomiClient('lomi_sk_test_1').refunds;" };

const found = {};
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, folder] of packages) {
    for (const [what, use] of Object.entries(USES)) {
      const cpu = Number(execFileSync(process.execPath, ['-e', program(folder, use)], { encoding: 'utf8' }));
      (found[`${name}, ${what}`] ??= []).push(cpu);
    }
  }
}
for (const [name, values] of Object.entries(found)) {
  values.sort((a, b) => a - b);
  const at = (part) => values[Math.floor(part * (values.length - 1))].toFixed(2);
  console.log(name.padEnd(24), at(0.1), at(0.5), at(0.9));
}

'use strict';

// `npm pack` and `npm publish` run this before and after. What is shipped differs from what
// stands in the repository in two things. It names the platform packages as optional
// dependencies; here `npm ci` would look for them before they are published. And its index.js
// holds the modules that it is made of: to find and open twenty files takes a program longer
// to start than all that is in them.

const fs = require('node:fs');
const path = require('node:path');

const room = path.join(__dirname, '..');
const file = path.join(room, 'package.json');
const index = path.join(room, 'index.js');
const kept = path.join(room, 'index.js.source');

/** Puts a module and what it requires into one file. */
function bundle(from, to) {
  require('esbuild').buildSync({
    entryPoints: [from],
    outfile: to,
    bundle: true,
    platform: 'node',
    target: 'node18',
    keepNames: true, // of classes, which console.log shows
    allowOverwrite: true,
    logLevel: 'warning',
  });
}

function ship() {
  restore();
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  const platforms = fs.readdirSync(path.join(room, 'npm')).sort();
  manifest.optionalDependencies = Object.fromEntries(
    platforms.map((platform) => [`lomi-${platform}`, manifest.version]),
  );
  fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  fs.copyFileSync(index, kept);
  bundle(index, index);
}

function restore() {
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  delete manifest.optionalDependencies;
  fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  if (fs.existsSync(kept)) fs.renameSync(kept, index);
}

if (require.main === module) {
  ({ ship, restore })[process.argv[2]]();
}

module.exports = { bundle };

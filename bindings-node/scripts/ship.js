'use strict';

// `npm pack` and `npm publish` run this before and after. The published package differs from the
// repository in two points. It names the platform packages as optional dependencies; in the
// repository, `npm ci` would look for them before they are published. And its modules are in two
// files (bundle.js).

const fs = require('node:fs');
const path = require('node:path');

const { LATER, bundle } = require('./bundle.js');

const root = path.join(__dirname, '..');
const file = path.join(root, 'package.json');
const index = path.join(root, 'index.js');
const backup = path.join(root, 'index.js.source');

function ship() {
  restore();
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  const platforms = fs.readdirSync(path.join(root, 'npm')).sort();
  manifest.optionalDependencies = Object.fromEntries(
    platforms.map((platform) => [`lomi-${platform}`, manifest.version]),
  );
  fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  fs.copyFileSync(index, backup);
  bundle(root, root);
}

function restore() {
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
  delete manifest.optionalDependencies;
  fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  if (fs.existsSync(backup)) fs.renameSync(backup, index);
  fs.rmSync(path.join(root, LATER), { force: true });
}

if (require.main === module) {
  ({ ship, restore })[process.argv[2]]();
}

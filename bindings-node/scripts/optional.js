'use strict';

// `npm pack` and `npm publish` run this: what is shipped names the platform packages as
// optional dependencies; what stands in the repository does not, since they exist only
// once they are published and `npm ci` would look for them.

const fs = require('node:fs');
const path = require('node:path');

const room = path.join(__dirname, '..');
const file = path.join(room, 'package.json');
const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));

if (process.argv[2] === 'add') {
  const platforms = fs.readdirSync(path.join(room, 'npm')).sort();
  manifest.optionalDependencies = Object.fromEntries(
    platforms.map((platform) => [`lomi-${platform}`, manifest.version]),
  );
} else {
  delete manifest.optionalDependencies;
}
fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);

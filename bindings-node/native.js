'use strict';

// Finds the compiled half of this package. It comes in a package of its own per
// platform, which npm installs beside this one (optionalDependencies); nothing is
// compiled or downloaded when this package is installed.

const fs = require('node:fs');
const path = require('node:path');

const SUPPORTED = new Set([
  'linux-x64-gnu',
  'linux-x64-musl',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
]);

/** Alpine and its like: no glibc in the running program. Finding out takes milliseconds. */
function isMusl() {
  const { header } = process.report?.getReport?.() ?? {};
  return header !== undefined && header.glibcVersionRuntime === undefined;
}

/** What this system may be, likeliest first: where both are installed, only one can be loaded. */
function platforms() {
  const { platform, arch } = process;
  if (platform === 'linux') return [`linux-${arch}-gnu`, `linux-${arch}-musl`];
  return [platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`];
}

function complain(name, cause) {
  const wanted = `lomi-${name}`;
  const why = SUPPORTED.has(name)
    ? `Install it with "npm install ${wanted}", or install again without --omit=optional ` +
      '(--no-optional) and on the machine that runs the program: a node_modules folder that was ' +
      'copied from another system holds that system’s package. A bundle cannot hold it: name lomi among ' +
      'what stays outside (serverExternalPackages in Next.js, external or externals elsewhere).'
    : `There is none for ${name}; the supported ones are ${[...SUPPORTED].join(', ')}.`;
  const found = cause && cause.code !== 'MODULE_NOT_FOUND' ? ` Loading it failed: ${cause.message}.` : '';
  return new Error(`lomi needs its native part for this system, the package ${wanted}.${found} ${why}`, {
    cause,
  });
}

function load() {
  const given = process.env.LOMI_NATIVE_PATH;
  const local = given || path.join(__dirname, 'lomi.node');
  if (given || fs.existsSync(local)) {
    try {
      return require(local);
    } catch (cause) {
      throw new Error(
        `lomi cannot load ${local}: ${cause.message}. It was built for another system or another ` +
          'version; build it again, or remove it to use the installed platform package.',
        { cause },
      );
    }
  }
  const names = platforms();
  let failure;
  for (const name of names) {
    try {
      return require(`lomi-${name}`);
    } catch (cause) {
      if (failure === undefined || cause.code !== 'MODULE_NOT_FOUND') failure = cause;
    }
  }
  throw complain(names[names.length > 1 && isMusl() ? 1 : 0], failure);
}

module.exports = load();

'use strict';

// Loads the native library. Each platform has a package with it, which npm installs beside this
// one (optionalDependencies); installing this package compiles and downloads nothing else.

const fs = require('node:fs');
const path = require('node:path');

const { variable } = require('./runtime/variable.js');

const SUPPORTED = new Set([
  'linux-x64-gnu',
  'linux-x64-musl',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
]);

/** Whether Node runs without glibc, as on Alpine Linux. The report takes milliseconds. */
function isMusl() {
  const { header } = process.report?.getReport?.() ?? {};
  return header !== undefined && header.glibcVersionRuntime === undefined;
}

/** The possible platforms of this system, the likeliest first. Only one of their libraries can be loaded. */
function platforms() {
  const { platform, arch } = process;
  if (platform === 'linux') return [`linux-${arch}-gnu`, `linux-${arch}-musl`];
  return [platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`];
}

/** The error for a platform whose package is missing or cannot be loaded. */
function loadError(name, cause) {
  const wanted = `lomi-${name}`;
  const why = SUPPORTED.has(name)
    ? `Install it with "npm install ${wanted}", or install again without --omit=optional ` +
      '(--no-optional) and on the machine that runs the program: a node_modules folder that was ' +
      'copied from another system holds that system’s package. A bundle cannot hold it: name lomi among ' +
      'the external packages (serverExternalPackages in Next.js, external or externals elsewhere).'
    : `There is none for ${name}; the supported ones are ${[...SUPPORTED].join(', ')}.`;
  const failure = cause && cause.code !== 'MODULE_NOT_FOUND' ? ` Loading it failed: ${cause.message}.` : '';
  return new Error(`lomi needs its native part for this system, the package ${wanted}.${failure} ${why}`, {
    cause,
  });
}

function load() {
  const given = variable('LOMI_NATIVE_PATH');
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
  throw loadError(names[names.length > 1 && isMusl() ? 1 : 0], failure);
}

module.exports = load();

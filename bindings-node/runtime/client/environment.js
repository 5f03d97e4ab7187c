'use strict';

// What a client takes from process.env when it is made. The native half does not look
// there itself: in a worker and in a Jest test, process.env is a copy.

const fs = require('node:fs');
const path = require('node:path');
const native = require('../../native.js');

/** Files that were checked, and when they were last changed. */
const known = new Map();

/** The file of NODE_EXTRA_CA_CERTS, in a list. As in Node, one that cannot be used is a warning. */
function extraAuthorities() {
  const { NODE_EXTRA_CA_CERTS: given } = process.env;
  if (!given) return [];
  const file = path.resolve(given);
  const changed = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (!known.has(file) || known.get(file).changed !== changed) {
    const reason = native.checkCaFile(file);
    known.set(file, { changed, usable: reason === null });
    if (reason !== null) {
      process.emitWarning(`lomi ignores NODE_EXTRA_CA_CERTS: ${reason}`, { code: 'LOMI_EXTRA_CA_CERTS' });
    }
  }
  return known.get(file).usable ? [file] : [];
}

const PROXY = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'];

/** The settings, with what process.env says where they say nothing. */
function withEnvironment(settings) {
  const { LOMI_API_KEY, LOMI_BASE_URL } = process.env;
  return {
    ...settings,
    apiKey: settings.apiKey ?? (LOMI_API_KEY || undefined),
    baseUrl: settings.baseUrl ?? (LOMI_BASE_URL || undefined),
    extraCaFiles: extraAuthorities(),
    proxyVariables: Object.fromEntries(PROXY.map((name) => [name, process.env[name]])),
  };
}

module.exports = { withEnvironment };

'use strict';

// The environment variables that a client reads when it is made. They are read here and not in
// the native library, because in a worker and in a Jest test process.env is a copy.

const fs = require('node:fs');
const path = require('node:path');
const native = require('../../native.js');
const { variable } = require('../variable.js');

/** Results for the files of NODE_EXTRA_CA_CERTS, with the time of each file's last change. */
const checkedFiles = new Map();

/** The file of NODE_EXTRA_CA_CERTS in a list. An unusable file is a warning, as in Node. */
function extraCaFiles() {
  const given = variable('NODE_EXTRA_CA_CERTS');
  if (!given) return [];
  const file = path.resolve(given);
  const changed = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (!checkedFiles.has(file) || checkedFiles.get(file).changed !== changed) {
    const problem = native.checkCaFile(file);
    checkedFiles.set(file, { changed, usable: problem === null });
    if (problem !== null) {
      process.emitWarning(`lomi ignores NODE_EXTRA_CA_CERTS: ${problem}`, { code: 'LOMI_EXTRA_CA_CERTS' });
    }
  }
  return checkedFiles.get(file).usable ? [file] : [];
}

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'];

/** The settings, with values from process.env where none is given. */
function withEnvironment(settings) {
  return {
    ...settings,
    apiKey: settings.apiKey ?? (variable('LOMI_API_KEY') || undefined),
    baseUrl: settings.baseUrl ?? (variable('LOMI_BASE_URL') || undefined),
    record: settings.record ?? (variable('LOMI_RECORD') || undefined),
    environmentLang: variable('LOMI_LANG') || undefined,
    extraCaFiles: extraCaFiles(),
    proxyVariables: Object.fromEntries(PROXY_VARIABLES.map((name) => [name, variable(name)])),
  };
}

module.exports = { withEnvironment };

'use strict';

// Clients that send nothing: a recording or a stub answers.

const native = require('../../native.js');
const { string } = require('../convert/json.js');
const { optionalOptions } = require('../convert/options.js');
const { errors, errorFromJson } = require('../errors.js');
const { CLIENT_OPTIONS } = require('./optionNames.js');

/** Where the options of a client have what answers it. */
const OFFLINE = Symbol('offline');

/** Throws the error of the native library, if there is one. */
function check(refused) {
  if (typeof refused === 'string') throw errorFromJson(refused);
}

function recording(file) {
  const offline = new native.Offline();
  check(offline.replay(string(file, 'the file of a recording', errors.ConfigurationError)));
  return offline;
}

/** A client that needs no key. */
function offlineClient(Client, offline, options) {
  const given = optionalOptions(
    options,
    CLIENT_OPTIONS,
    'the options of a client',
    errors.ConfigurationError,
  );
  return new Client({ ...given, [OFFLINE]: offline });
}

module.exports = { OFFLINE, check, offlineClient, recording };

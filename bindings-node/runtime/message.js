'use strict';

const native = require('../native.js');
const { variable } = require('./variable.js');

/** A sentence of the catalogue of all languages, in the language of `LOMI_LANG`. */
function message(name, args = {}) {
  const strings = Object.entries(args).map(([key, value]) => [key, String(value)]);
  return native.message(name, Object.fromEntries(strings), variable('LOMI_LANG'));
}

module.exports = { message };

'use strict';

const { errors } = require('../errors.js');
const { check } = require('./json.js');
const { Refusal, fields } = require('./values.js');

/** Headers in any of the forms that fetch takes, as an object. Errors call them `name`. */
function headersObject(headers, Type = errors.ValidationError, name = 'headers') {
  if (headers === null || headers === undefined) return undefined;
  return check(name, Type, () => {
    const entries = headers[Symbol.iterator] === undefined ? Object.entries(fields(headers)) : headers;
    // No prototype, so that "__proto__" is a name like any other.
    const object = Object.create(null);
    for (const entry of entries) {
      if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') {
        throw new Refusal('must be an object of names and values, or a list of [name, value]');
      }
      const [header, value] = entry;
      const number = value?.valueOf?.();
      if (typeof number === 'number' && !Number.isFinite(number)) {
        throw new Refusal(`must have finite numbers; ${header} is ${value}`);
      }
      // A repeated name is joined by a comma, as fetch does.
      object[header] = header in object ? `${object[header]}, ${value}` : value;
    }
    return object;
  });
}

module.exports = { headersObject };

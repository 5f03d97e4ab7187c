'use strict';

const { object, toJson } = require('./json.js');

/** The input of a call as one JSON object, with only the parts that are given. */
function composeInput({ path, query, body }) {
  let members = '';
  if (path !== undefined) members = `,"path":${toJson(path)}`;
  if (query !== undefined && query !== null) {
    members += `,"query":${toJson(object(query, 'the query'), 'the query')}`;
  }
  if (body !== undefined) members += `,"body":${toJson(body, 'the body')}`;
  return `{${members.slice(1)}}`;
}

module.exports = { composeInput };

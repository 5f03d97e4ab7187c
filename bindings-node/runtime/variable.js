'use strict';

/** An environment variable. One that may not be read, as in Deno without `--allow-env`, is not set. */
function variable(name) {
  try {
    return process.env[name];
  } catch {
    return undefined;
  }
}

module.exports = { variable };

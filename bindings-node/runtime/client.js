'use strict';

const { resources } = require('../lib/resources.js');
const { dispatch, finish } = require('./calls.js');
const { errors } = require('./errors.js');
const { readAny } = require('./model.js');
const { CALL, forCall, forClient } = require('./options.js');
const { compose } = require('./resource.js');
const { configure, presentable } = require('./settings.js');
const { refuse } = require('./write.js');

const SETTINGS = new Set([
  'apiKey',
  'environment',
  'baseUrl',
  'headers',
  'timeout',
  'attemptTimeout',
  'connectTimeout',
  'idleTimeout',
  'maxRetries',
  'maxConnections',
  'allowHttp',
  'routes',
  'userAgent',
  'caFiles',
  'proxy',
  'logger',
]);

const REQUEST = new Set(['method', 'path', 'query', 'body', ...CALL]);

/** A client of the lomi. API. */
class LomiClient {
  #native;
  #settings;

  constructor(apiKey, options) {
    let settings = typeof apiKey === 'string' ? { ...options, apiKey } : (apiKey ?? options ?? {});
    settings = forClient(settings, SETTINGS);
    this.#native = configure(settings);
    delete settings.apiKey;
    this.#settings = settings;
    for (const [name, Type] of Object.entries(resources)) {
      Object.defineProperty(this, name, { value: new Type(this.#native), enumerable: true });
    }
  }

  static {
    presentable(this, (client) => client.#native);
  }

  /** Another key for this client, from the next call on. Other clients keep theirs. */
  setApiKey(apiKey) {
    if (typeof apiKey !== 'string') {
      throw new errors.ConfigurationError('the API key has to be text');
    }
    configure({ ...this.#settings, apiKey }, this.#native);
  }

  getBaseUrl() {
    return this.#native.baseUrl;
  }

  /** Any endpoint, by method and by path below the base URL. */
  async request(request) {
    if (request === null || typeof request !== 'object') {
      throw refuse('a request is an object, such as {method: "GET", path: "/providers"}');
    }
    const { method = 'GET', path, query, body, ...options } = request;
    if (typeof path !== 'string' || typeof method !== 'string') {
      throw refuse('a request needs a path, such as "/providers", and its method as text');
    }
    const { text, signal } = forCall(options, REQUEST);
    const values = compose({ query, body });
    const client = this.#native;
    const send = (id) => client.request(id, method, path, values, text);
    return readAny(finish(client, await dispatch(send, signal), `${method} ${path}`));
  }
}

module.exports = { LomiClient };

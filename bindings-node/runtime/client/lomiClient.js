'use strict';

const { resources } = require('../../lib/resources.js');
const { dispatch, finish } = require('../call/dispatch.js');
const { withEnvironment } = require('./environment.js');
const { errors } = require('../errors.js');
const { readAny } = require('../response/model.js');
const { CALL, forCall, forClient } = require('../convert/options.js');
const { compose } = require('../resource.js');
const { configure, presentable } = require('./configure.js');
const { detached, object, string } = require('../convert/json.js');

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
    let given = apiKey ?? options ?? {};
    if (typeof apiKey === 'string' || (options ?? given) !== given) {
      string(apiKey, 'the API key', errors.ConfigurationError);
      given = { ...object(options ?? {}, 'the set-up of a client', errors.ConfigurationError), apiKey };
    }
    const settings = withEnvironment(forClient(given, SETTINGS));
    this.#native = configure(settings);
    delete settings.apiKey;
    this.#settings = settings;
    for (const [name, Type] of Object.entries(resources)) {
      Object.defineProperty(this, name, { value: new Type(this.#native), enumerable: true });
    }
  }

  static #nativeOf(client) {
    if (typeof client === 'object' && client !== null && #native in client) return client.#native;
    throw detached('client.request(...)');
  }

  static {
    presentable(this, (client) => client.#native);
  }

  /** Another key for this client, from the next call on. Other clients keep theirs. */
  setApiKey(apiKey) {
    const client = LomiClient.#nativeOf(this);
    string(apiKey, 'the API key', errors.ConfigurationError);
    configure({ ...this.#settings, apiKey }, client);
  }

  getBaseUrl() {
    return LomiClient.#nativeOf(this).baseUrl;
  }

  /** Any endpoint, by method and by path below the base URL. */
  async request(request) {
    const { method = 'GET', path, query, body, ...options } = object(request, 'the request');
    string(method, 'method');
    string(path, 'path');
    const { text, signal } = forCall(options, REQUEST);
    const values = compose({ query, body });
    const client = LomiClient.#nativeOf(this);
    const send = (id) => client.request(id, method, path, values, text);
    return readAny(finish(client, await dispatch(send, signal)));
  }
}

module.exports = { LomiClient };

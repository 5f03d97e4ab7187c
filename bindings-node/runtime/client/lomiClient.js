'use strict';

const { dispatch, finish } = require('../call/dispatch.js');
const { composeInput } = require('../convert/input.js');
const { detachedMethodError, object, string } = require('../convert/json.js');
const { CALL_OPTIONS, DOWNLOAD_OPTIONS, callOptions, clientOptions } = require('../convert/options.js');
const { errors } = require('../errors.js');
const { readAny } = require('../response/read.js');
const { configure, showSummary } = require('./configure.js');
const { withEnvironment } = require('./environment.js');
const { OFFLINE, offlineClient, recording } = require('./offline.js');
const { addResources, defineResources } = require('./lazyResources.js');
const { CLIENT_OPTIONS } = require('./optionNames.js');

const REQUEST_OPTIONS = new Set(['method', 'path', 'query', 'body', ...CALL_OPTIONS]);

/** A client of the lomi. API. */
class LomiClient {
  #native;
  #settings;
  #offline;

  constructor(apiKey, options) {
    let given = apiKey ?? options ?? {};
    if (typeof apiKey === 'string' || (options ?? given) !== given) {
      string(apiKey, 'the API key', errors.ConfigurationError);
      given = { ...object(options ?? {}, 'the options of a client', errors.ConfigurationError), apiKey };
    }
    const settings = withEnvironment(clientOptions(given, CLIENT_OPTIONS));
    this.#offline = given[OFFLINE];
    this.#native = configure(settings, undefined, this.#offline);
    delete settings.apiKey;
    this.#settings = settings;
    addResources(this, this.#native);
  }

  /** A client whose calls are answered from a recording: nothing is sent. */
  static replay(file, options) {
    return offlineClient(this, recording(file), options);
  }

  static #nativeOf(client, example = 'client.request(...)') {
    if (typeof client === 'object' && client !== null && #native in client) return client.#native;
    throw detachedMethodError(example);
  }

  static {
    showSummary(this, (client) => client.#native);
    defineResources(this.prototype);
  }

  /** Sets another key for the next calls of this client. Other clients keep theirs. */
  setApiKey(apiKey) {
    const client = LomiClient.#nativeOf(this);
    string(apiKey, 'the API key', errors.ConfigurationError);
    configure({ ...this.#settings, apiKey }, client, this.#offline);
  }

  getBaseUrl() {
    return LomiClient.#nativeOf(this).baseUrl;
  }

  /** Calls any endpoint, by method and by path below the base URL. */
  async request(request) {
    const { method = 'GET', path, query, body, ...options } = object(request, 'the request');
    string(method, 'method');
    string(path, 'path');
    const { json, signal } = callOptions(options, REQUEST_OPTIONS);
    const input = composeInput({ query, body });
    const client = LomiClient.#nativeOf(this);
    return readAny(
      finish(await dispatch(client, (id) => client.request(id, method, path, input, json), signal)),
    );
  }

  /** Finds out whether a call whose outcome is unknown was done. */
  async findOutcome(errorOrJson, options) {
    const client = LomiClient.#nativeOf(this, 'client.findOutcome(...)');
    const { findOutcome } = require('../findOutcome.js');
    return findOutcome(client, errorOrJson, options);
  }

  /** The events that a program has missed since a cursor or a time. */
  reconcile(since, options) {
    const client = LomiClient.#nativeOf(this, 'client.reconcile(...)');
    const { MissedEvents } = require('../missedEvents.js');
    return new MissedEvents(client, since, options);
  }

  /** Downloads a file that the API links to: its bytes, or the size of the file with the option `to`. */
  async download(url, options) {
    string(url, 'the link');
    const { json, signal } = callOptions(options, DOWNLOAD_OPTIONS);
    const client = LomiClient.#nativeOf(this);
    const { json: result } = finish(await dispatch(client, (id) => client.download(id, url, json), signal));
    return typeof result === 'string' ? Number(result) : result;
  }

  /** Opens a connection for the next call. */
  async prewarm() {
    const client = LomiClient.#nativeOf(this, 'client.prewarm()');
    finish(await dispatch(client, (id) => client.prewarm(id)));
  }
}

module.exports = { LomiClient };

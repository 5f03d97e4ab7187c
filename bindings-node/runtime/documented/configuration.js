'use strict';

const { withEnvironment } = require('../client/environment.js');
const { errors } = require('../errors.js');
const { forClient } = require('../convert/options.js');
const { configure, presentable } = require('../client/configure.js');

const SETTINGS = new Set([
  'apiKey',
  'apiKeyPrefix',
  'basePath',
  'headers',
  'timeout',
  'maxRetries',
  'maxConnections',
  'allowHttp',
  'userAgent',
  'routes',
  'caFiles',
  'proxy',
  'logger',
]);

/** How the classes of the documented surface (`CheckoutSessionsApi`) are set up. */
class Configuration {
  #native;

  constructor(options = {}) {
    const { basePath, ...settings } = forClient(options, SETTINGS);
    this.#native = configure(withEnvironment({ ...settings, baseUrl: basePath, documented: true }));
  }

  static {
    presentable(this, (configuration) => configuration.#native);
  }

  /** Where the API is. */
  get basePath() {
    return this.#native.baseUrl;
  }

  /** The native client of a configuration. */
  static native(configuration) {
    if (typeof configuration === 'object' && configuration !== null && #native in configuration) {
      return configuration.#native;
    }
    throw new errors.ConfigurationError(
      'an Api class is made with a Configuration: new Configuration({apiKey})',
    );
  }
}

module.exports = { Configuration };

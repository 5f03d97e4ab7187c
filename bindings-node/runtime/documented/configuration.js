'use strict';

const { configure, showSummary } = require('../client/configure.js');
const { withEnvironment } = require('../client/environment.js');
const { CONFIGURATION_OPTIONS } = require('../client/optionNames.js');
const { clientOptions } = require('../convert/options.js');
const { errors } = require('../errors.js');

/** The configuration of the documented classes, such as `CheckoutSessionsApi`. */
class Configuration {
  #native;

  constructor(options = {}) {
    const { basePath, ...settings } = clientOptions(options, CONFIGURATION_OPTIONS);
    this.#native = configure(withEnvironment({ ...settings, baseUrl: basePath, documented: true }));
  }

  static {
    showSummary(this, (configuration) => configuration.#native);
  }

  /** The base URL of the API. */
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

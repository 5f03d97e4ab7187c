'use strict';

const { documented } = require('../../lib/documented.js');
const { resources } = require('../../lib/resources.js');
const { detachedMethodError } = require('../convert/json.js');
const { Configuration } = require('./configuration.js');

/** Makes a documented class, such as `CustomersApi`: the methods of a resource under other names. */
function documentedClass(name) {
  const { resource, methods } = documented[name];
  const { [name]: Api } = {
    [name]: class {
      #resource;

      constructor(configuration = new Configuration()) {
        this.#resource = new (resources[resource]())(Configuration.native(configuration));
      }

      static resourceOf(api, method) {
        if (typeof api === 'object' && api !== null && #resource in api) return api.#resource;
        throw detachedMethodError(`api.${method}(...)`);
      }
    },
  };
  const { resourceOf } = Api;
  delete Api.resourceOf;
  for (const [method, verb] of Object.entries(methods)) {
    const { [method]: value } = {
      [method](...given) {
        return resourceOf(this, method)[verb](...given);
      },
    };
    Object.defineProperty(Api.prototype, method, { value, writable: true, configurable: true });
  }
  return Api;
}

module.exports = { documentedClass };

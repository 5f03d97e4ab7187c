'use strict';

// The resources of a client, each loaded and made when it is first used: a program uses a few of
// them, and a client has to cost little.

const { resources } = require('../../lib/resources.js');
const { detachedMethodError } = require('../convert/json.js');
const { named } = require('../named.js');

/**
 * Where a client has its resources. A property, because a private field is missing in a Proxy
 * around the client and in an object that inherits from it.
 */
const OWN = Symbol('resources');

class LazyResources {
  #native;
  #made = {};

  constructor(native) {
    this.#native = native;
  }

  get(name) {
    return (this.#made[name] ??= this.#make(name));
  }

  #make(name) {
    const Resource = named(`${name[0].toUpperCase()}${name.slice(1)}`, resources[name]());
    return new Resource(this.#native);
  }
}

/** Gives a client its resources. */
function addResources(client, native) {
  Object.defineProperty(client, OWN, { value: new LazyResources(native) });
}

/** Gives the prototype of clients a property for each resource. */
function defineResources(prototype) {
  for (const name of Object.keys(resources)) {
    const get = function () {
      const own = this[OWN];
      if (own === undefined) throw detachedMethodError(`client.${name}`);
      return own.get(name);
    };
    Object.defineProperty(prototype, name, { get, enumerable: true, configurable: true });
  }
}

module.exports = { addResources, defineResources };

'use strict';

const { named } = require('./named.js');

/**
 * Gives an object a property that `make` makes when it is first read. From then on, or once a test has put
 * something else in its place, it is a property like any other.
 */
function defineLazy(object, name, make, enumerable = true) {
  const settle = (value) => {
    Object.defineProperty(object, name, { value, writable: true, enumerable, configurable: true });
    return value;
  };
  Object.defineProperty(object, name, {
    get() {
      const value = make();
      return settle(typeof value === 'function' ? named(name, value) : value);
    },
    set: settle,
    enumerable,
    configurable: true,
  });
}

module.exports = { defineLazy };

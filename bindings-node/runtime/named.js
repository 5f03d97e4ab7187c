'use strict';

/**
 * Gives a class its public name, which console.log shows: a program that is bundled together with this package
 * may have another class of that name, and then the bundler changes ours.
 */
function named(name, type) {
  if (type.name !== name) Object.defineProperty(type, 'name', { value: name, configurable: true });
  return type;
}

module.exports = { named };

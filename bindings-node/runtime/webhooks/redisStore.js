'use strict';

const { member } = require('../convert/json.js');
const { optionalOptions } = require('../convert/options.js');
const { errors } = require('../errors.js');

const STORE_OPTIONS = new Set(['prefix']);

/** Keeps the keys of deliveries in Redis, with a client of ioredis or node-redis. */
class RedisStore {
  #client;
  #prefix;
  #set;

  constructor(client, options) {
    const { prefix = '' } = optionalOptions(
      options,
      STORE_OPTIONS,
      'the options of a RedisStore',
      errors.ConfigurationError,
    );
    if (typeof prefix !== 'string') throw new errors.ConfigurationError('prefix must be a string');
    this.#client = client;
    this.#prefix = prefix;
    if (typeof member(client, 'defineCommand', 'the client of Redis') === 'function') {
      this.#set = (key, ttl) => client.set(key, '1', 'EX', ttl, 'NX'); // ioredis
    } else if (typeof member(client, 'setNX', 'the client of Redis') === 'function') {
      this.#set = (key, ttl) => client.set(key, '1', { NX: true, EX: ttl }); // node-redis
    } else {
      // Another client may ignore NX, and then every delivery would be new.
      throw new errors.ConfigurationError(
        'RedisStore takes a client of ioredis or of node-redis 4 or newer; for another one give ReplayGuard a ' +
          'store of your own, whose remember(key, ttl) does SET key 1 NX EX ttl',
      );
    }
  }

  async remember(key, ttl) {
    const seconds = Math.max(1, Math.round(Math.min(ttl, 0xffffffff)));
    return String(await this.#set(this.#prefix + key, seconds)) === 'OK';
  }

  async forget(key) {
    await this.#client.del(this.#prefix + key);
  }
}

module.exports = { RedisStore };

'use strict';

// Redis has no transaction that lasts while a handler works. The event is claimed for a lease, the handler queues
// commands, and one script runs them together with the mark.

const { randomUUID } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');

const { errors } = require('../errors.js');
const { message } = require('../message.js');
const { member, string } = require('../convert/json.js');
const { optionalOptions } = require('../convert/options.js');
const statements = require('./statements.js');
const { positive } = require('./storeOptions.js');

const STORE_OPTIONS = new Set(['prefix', 'leaseSeconds', 'waitSeconds', 'keepDays']);

/** For how many milliseconds at most to pause before asking for a claim again. */
const LONGEST_PAUSE = 250;

/** For how many milliseconds to wait for a claim to be given back: without a connection it ends by itself. */
const RELEASE_TIME = 1000;

/** Lua unpacks no more arguments than this for one command. */
const MOST_ARGUMENTS = 7000;

/** One argument of a command, as Redis takes it. */
function argument(value, at) {
  const name = `argument ${at} of queue`;
  if (typeof value === 'string') return string(value, name);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') {
    throw new errors.ValidationError(`${name} must be a string, a number or a bigint`);
  }
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new errors.ValidationError(`${name} is a number that is not exact: give a bigint or a string`);
  }
  return String(value);
}

/** The commands of a handler. They run after it, together with the mark of the event. */
class RedisTransaction {
  #commands = [];
  #ended = false;

  queue(command, ...values) {
    if (this.#ended) {
      throw new errors.ConfigurationError(
        'queue was called after the handler had ended: a handler must await what it starts',
      );
    }
    if (typeof command !== 'string' || command === '') {
      throw new errors.ValidationError('a command of queue must be a string, such as "INCRBY"');
    }
    if (values.length > MOST_ARGUMENTS) {
      throw new errors.ValidationError(`a command of queue takes at most ${MOST_ARGUMENTS} arguments`);
    }
    this.#commands.push([command, ...values].map(argument));
    return this;
  }

  /** The commands as JSON. No more can be added. */
  static end(transaction) {
    transaction.#ended = true;
    return JSON.stringify(transaction.#commands);
  }
}

/** A function that runs a script with a client of ioredis or of node-redis. */
function scripts(client) {
  if (typeof member(client, 'defineCommand', 'the client of Redis') === 'function') {
    const { keyPrefix } = member(client, 'options', 'the client of Redis') ?? {};
    if (keyPrefix) {
      // ioredis would add it to the keys of the marks, and not to those of the handler's commands.
      throw new errors.ConfigurationError(
        'RedisStore takes a client of ioredis without keyPrefix, because keys of queued commands would not get it',
      );
    }
    return async (script, keys, values) => client.eval(script, keys.length, ...keys, ...values);
  }
  if (typeof member(client, 'setNX', 'the client of Redis') === 'function') {
    return async (script, keys, values) => client.eval(script, { keys, arguments: values });
  }
  throw new errors.ConfigurationError('RedisStore takes a client of ioredis or of node-redis 4 or newer');
}

/** Keeps the marks in Redis. A handler gets a transaction, whose `queue` takes commands. */
class RedisStore {
  #client;
  #eval;
  #prefix;
  #lease;
  #wait;
  #keep;

  constructor(client, options) {
    const what = 'the options of a RedisStore';
    const given = optionalOptions(options, STORE_OPTIONS, what, errors.ConfigurationError);
    const { prefix = statements.REDIS_PREFIX, leaseSeconds = statements.REDIS_LEASE } = given;
    const { keepDays = statements.KEEP_DAYS, waitSeconds = positive('leaseSeconds', leaseSeconds) + 1 } =
      given;
    this.#prefix = string(prefix, 'prefix', errors.ConfigurationError);
    this.#lease = Math.ceil(leaseSeconds * 1000);
    this.#wait = positive('waitSeconds', waitSeconds) * 1000;
    this.#keep = Math.ceil(positive('keepDays', keepDays) * 86_400);
    this.#eval = scripts(client);
    this.#client = client;
  }

  async createTable() {}

  /** Claims the event, runs `work`, and runs its commands with the mark. Resolves to false if it was handled. */
  async handle({ key, cursor = '' }, work) {
    const event = this.#prefix + key;
    const token = randomUUID();
    if (!(await this.#claim(event, token))) return false;
    const transaction = new RedisTransaction();
    try {
      await work(transaction);
      const values = [token, String(this.#keep), cursor, RedisTransaction.end(transaction)];
      if (Number(await this.#eval(statements.REDIS_COMPLETE, [event, this.#cursorKey], values)) === 1)
        return true;
    } catch (error) {
      RedisTransaction.end(transaction);
      await this.#release(event, token);
      throw error;
    }
    throw new errors.InboxLeaseLostError(message('inbox_lease_lost', { lease: this.#lease / 1000 }));
  }

  /** Claims an event once no other process works on it. Resolves to false if it was handled. */
  async #claim(event, token) {
    const deadline = Date.now() + this.#wait;
    for (let pause = 10; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const busyFor = Number(await this.#eval(statements.REDIS_CLAIM, [event], [token, String(this.#lease)]));
      if (busyFor <= 0) return busyFor === 0;
      const rest = deadline - Date.now();
      if (rest <= 0) {
        const times = { waited: this.#wait / 1000, remaining: Math.ceil(busyFor / 1000) };
        throw new errors.InboxBusyError(message('inbox_busy', times));
      }
      await sleep(Math.min(busyFor, rest, pause));
    }
  }

  async #release(event, token) {
    const timer = new AbortController();
    const released = this.#eval(statements.REDIS_RELEASE, [event], [token]);
    await Promise.race([released, sleep(RELEASE_TIME, undefined, { signal: timer.signal })]).catch(() => {});
    timer.abort();
  }

  get #cursorKey() {
    return this.#prefix + statements.CURSOR_KEY;
  }

  async loadCursor() {
    return (await this.#client.get(this.#cursorKey)) ?? undefined;
  }

  async storeCursor(cursor) {
    await this.#client.set(this.#cursorKey, cursor);
  }

  /** Redis deletes marks by itself, `keepDays` after their event. */
  async deleteOld() {
    return 0;
  }
}

module.exports = { RedisStore };

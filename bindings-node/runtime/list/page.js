'use strict';

// Lists: one page, and the walk over all of them.

const native = require('../../native.js');
const { dispatch, finish, started, NOTHING } = require('../call/dispatch.js');
const { errors } = require('../errors.js');
const { readPage } = require('../response/model.js');
const { object } = require('../convert/json.js');

/** A walk through a list, page by page. After an error the same page is asked for again. */
class Walker {
  #client;
  #walk;
  #type;
  #options;

  constructor(client, walk, type, options) {
    this.#client = client;
    this.#walk = walk;
    this.#type = type;
    this.#options = options;
  }

  /** The next page's facts and response; nothing at the end. */
  async turn() {
    const { text, signal } = this.#options;
    const client = this.#client;
    const send = (id) => started(client, client.next(id, this.#walk, text));
    const outcome = finish(client, await dispatch(send, signal));
    return outcome.tag === NOTHING ? undefined : readPage(outcome, this.#type);
  }

  /** The next page, which goes on with this walk. */
  async page() {
    const turned = await this.turn();
    return turned === undefined ? undefined : new Page(...turned, this);
  }

  fork() {
    return new Walker(this.#client, this.#walk.fork(), this.#type, this.#options);
  }
}

/** One page of a list. */
class Page {
  #walker;
  #response;

  constructor(facts, response, walker) {
    Object.assign(this, facts);
    this.#response = response;
    this.#walker = walker;
  }

  get lastResponse() {
    return this.#response;
  }

  /** Where this page lies in the whole list. */
  get pagination() {
    return { limit: this.limit, offset: this.offset, total: this.total };
  }

  /** The page after this one; nothing after the last. */
  nextPage() {
    return this.#walker.fork().page();
  }

  [Symbol.asyncIterator]() {
    return new Items(this.#walker.fork(), this.data);
  }

  autoPagingToArray(options) {
    return gather(this, options);
  }
}

/** Every item of a list. Ask it for the next one again after an error. */
class Items {
  #walker;
  #rows;
  #at = 0;
  #turning;

  constructor(walker, rows) {
    this.#walker = walker;
    this.#rows = rows;
  }

  async next() {
    while (this.#rows !== undefined) {
      if (this.#at < this.#rows.length) {
        return { value: this.#rows[this.#at++], done: false };
      }
      this.#turning ??= this.#turn().finally(() => {
        this.#turning = undefined;
      });
      await this.#turning;
    }
    return { value: undefined, done: true };
  }

  async #turn() {
    const turned = await this.#walker.turn();
    this.#at = 0;
    this.#rows = turned?.[0].data;
  }

  async return() {
    this.#rows = undefined;
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

async function gather(items, options) {
  const { limit } = object(options ?? {}, 'the options of autoPagingToArray');
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new errors.ValidationError(
      'autoPagingToArray needs the most items to gather, such as {limit: 1000}',
    );
  }
  const gathered = [];
  for await (const item of items) {
    gathered.push(item);
    if (gathered.length === limit) break;
  }
  return gathered;
}

/**
 * A list that was asked for: awaited it is its first page, iterated it is every item.
 * Nothing is sent before one of the two happens.
 */
class PageRequest {
  #start;
  #page;

  constructor(start) {
    this.#start = start;
  }

  #first() {
    return (this.#page ??= (async () => this.#start().page())());
  }

  then(fulfilled, rejected) {
    return this.#first().then(fulfilled, rejected);
  }

  catch(rejected) {
    return this.#first().catch(rejected);
  }

  finally(done) {
    return this.#first().finally(done);
  }

  [Symbol.asyncIterator]() {
    let walker;
    const lazily = {
      turn: async () => (walker ??= this.#start()).turn(),
    };
    return new Items(lazily, []);
  }

  autoPagingToArray(options) {
    return gather(this, options);
  }

  get [Symbol.toStringTag]() {
    return 'Promise';
  }
}

/** A list of `type`. What is wrong with the query is said when it is asked for. */
function list(client, operation, input, type, options) {
  return new PageRequest(() => {
    const { text, signal } = options();
    let walk;
    try {
      walk = new native.Walk(operation, input());
    } catch (cause) {
      if (cause instanceof errors.LomiError) throw cause;
      throw new errors.ValidationError(cause.message, {}, { cause });
    }
    return new Walker(client, walk, type, { text, signal });
  });
}

module.exports = { Page, list };

'use strict';

const { errors } = require('../errors.js');
const { object } = require('../convert/json.js');

/** The async iterator over every item of a list. After an error `next` requests the same page again. */
class Items {
  #pager;
  #rows;
  #at = 0;
  #nextPage;

  /** `rows` come first, then those of the pages that `pager.next()` gives. */
  constructor(pager, rows) {
    this.#pager = pager;
    this.#rows = rows;
  }

  async next() {
    while (this.#rows !== undefined) {
      if (this.#at < this.#rows.length) {
        return { value: this.#rows[this.#at++], done: false };
      }
      // Concurrent calls of `next` share one request.
      this.#nextPage ??= this.#readPage().finally(() => {
        this.#nextPage = undefined;
      });
      await this.#nextPage;
    }
    return { value: undefined, done: true };
  }

  async #readPage() {
    const page = await this.#pager.next();
    this.#at = 0;
    this.#rows = page?.[0].data;
  }

  async return() {
    this.#rows = undefined;
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/** All items in one array, at most `options.limit`. */
async function toArray(items, options) {
  const { limit } = object(options ?? {}, 'the options of autoPagingToArray');
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new errors.ValidationError(
      'autoPagingToArray needs the maximum number of items, such as {limit: 1000}',
    );
  }
  const array = [];
  for await (const item of items) {
    array.push(item);
    if (array.length === limit) break;
  }
  return array;
}

module.exports = { Items, toArray };

'use strict';

const { Items, toArray } = require('./items.js');
const { requestPage } = require('./page.js');

/**
 * What `list` returns: the first page when it is awaited, every item when it is iterated.
 * Nothing is sent before one of the two happens.
 */
class PageRequest {
  #createPager;
  #page;

  /** `createPager` throws where the query or the options are invalid. */
  constructor(createPager) {
    this.#createPager = createPager;
  }

  #first() {
    return (this.#page ??= (async () => requestPage(this.#createPager()))());
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
    let pager;
    const lazyPager = {
      next: async () => (pager ??= this.#createPager()).next(),
    };
    return new Items(lazyPager, []);
  }

  autoPagingToArray(options) {
    return toArray(this, options);
  }

  get [Symbol.toStringTag]() {
    return 'Promise';
  }
}

module.exports = { PageRequest };

'use strict';

const { Items, toArray } = require('./items.js');

/** One page of a list. Its members are those of the API's envelope. */
class Page {
  #pager;
  #response;

  constructor(members, response, pager) {
    Object.assign(this, members);
    this.#response = response;
    this.#pager = pager;
  }

  get lastResponse() {
    return this.#response;
  }

  /** The position of this page in the whole list. */
  get pagination() {
    return { limit: this.limit, offset: this.offset, total: this.total };
  }

  /** The page after this one; undefined after the last. */
  nextPage() {
    return requestPage(this.#pager.fork());
  }

  [Symbol.asyncIterator]() {
    return new Items(this.#pager.fork(), this.data);
  }

  autoPagingToArray(options) {
    return toArray(this, options);
  }
}

/** Requests the next page of a pager; undefined at the end of the list. */
async function requestPage(pager) {
  const page = await pager.next();
  return page === undefined ? undefined : new Page(...page, pager);
}

module.exports = { Page, requestPage };

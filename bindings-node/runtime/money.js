'use strict';

const native = require('../native.js');
const { errors, fromText } = require('./errors.js');

/** An amount with its currency, in the currency's smallest unit. Never scaled silently. */
class Money {
  #text;

  constructor(amount, currency) {
    if (typeof amount !== 'bigint' && !Number.isSafeInteger(amount)) {
      throw new errors.ValidationError(
        `an amount is a whole number of the currency's smallest unit, not ${String(amount)}; ` +
          'Money.fromMajor reads one written in its main unit, such as "50.00"',
      );
    }
    this.#fill(native.money(String(amount), String(currency)));
  }

  /** An amount written in the currency's main unit, such as `"50.00"` for 50 euros. */
  static fromMajor(text, currency) {
    if (typeof text !== 'string') {
      throw new errors.ValidationError('an amount in the main unit is text, such as "50.00"');
    }
    const read = native.moneyFromMajor(text, String(currency));
    if (typeof read.refused === 'string') throw fromText(read.refused);
    return new Money(BigInt(read.amount), read.currency);
  }

  #fill(read) {
    if (typeof read.refused === 'string') throw fromText(read.refused);
    const exact = Number(read.amount);
    this.amount = Number.isSafeInteger(exact) ? exact : BigInt(read.amount);
    this.currency = read.currency;
    this.decimals = read.decimals;
    this.#text = read.text;
    Object.freeze(this);
  }

  equals(other) {
    return other instanceof Money && other.amount === this.amount && other.currency === this.currency;
  }

  /** As people in West Africa write it: `5 000 F CFA`, `50,00 €`. */
  toString() {
    return this.#text;
  }
}

module.exports = { Money };

'use strict';

const native = require('../native.js');
const { errors, fromText } = require('./errors.js');
const { Refusal, kindOf } = require('./convert/values.js');
const { checked, string } = require('./convert/json.js');

/** A whole number in digits. */
function digits(amount) {
  return checked('the amount', errors.ValidationError, () => {
    if (typeof amount === 'bigint' || Number.isSafeInteger(amount)) return String(amount);
    const given = typeof amount === 'number' ? amount : kindOf(amount);
    throw new Refusal(
      `must be a whole number of the currency's smallest unit, not ${given}; ` +
        'Money.fromMajor reads one written in its main unit, such as "50.00"',
    );
  });
}

/** An amount with its currency, in the currency's smallest unit. Never scaled silently. */
class Money {
  #text;

  constructor(amount, currency) {
    this.#fill(native.money(digits(amount), string(currency, 'the currency')));
  }

  /** An amount written in the currency's main unit, such as `"50.00"` for 50 euros. */
  static fromMajor(text, currency) {
    if (typeof text !== 'string') {
      throw new errors.ValidationError('an amount in the main unit must be a string, such as "50.00"');
    }
    const read = native.moneyFromMajor(string(text, 'the amount'), string(currency, 'the currency'));
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
    if (typeof other !== 'object' || other === null || !(#text in other)) return false;
    return other.amount === this.amount && other.currency === this.currency;
  }

  /** As people in West Africa write it: `5 000 F CFA`, `50,00 €`. */
  toString() {
    return this.#text;
  }
}

module.exports = { Money };

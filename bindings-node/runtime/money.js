'use strict';

const native = require('../native.js');
const { check, string } = require('./convert/json.js');
const { Refusal, kindOf } = require('./convert/values.js');
const { errors, errorFromJson } = require('./errors.js');

/** An amount as a string of digits. */
function digits(amount) {
  return check('the amount', errors.ValidationError, () => {
    if (typeof amount === 'bigint' || Number.isSafeInteger(amount)) return String(amount);
    const given = typeof amount === 'number' ? amount : kindOf(amount);
    throw new Refusal(
      `must be a whole number of the currency's smallest unit, not ${given}; ` +
        'Money.fromMajor reads one written in its main unit, such as "50.00"',
    );
  });
}

/** An amount with its currency, in the currency's smallest unit. It is never scaled silently. */
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
    const parsed = native.moneyFromMajor(string(text, 'the amount'), string(currency, 'the currency'));
    if (typeof parsed.refused === 'string') throw errorFromJson(parsed.refused);
    return new Money(BigInt(parsed.amount), parsed.currency);
  }

  #fill(parsed) {
    if (typeof parsed.refused === 'string') throw errorFromJson(parsed.refused);
    const number = Number(parsed.amount);
    this.amount = Number.isSafeInteger(number) ? number : BigInt(parsed.amount);
    this.currency = parsed.currency;
    this.decimals = parsed.decimals;
    this.#text = parsed.text;
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

'use strict';

// Amounts with their currency.

const assert = require('node:assert/strict');
const { test } = require('node:test');

const lomi = require('..');

const wrong = (type) => (error) => error instanceof type && error instanceof lomi.LomiError;

test('Money', () => {
  const price = new lomi.Money(5000, 'XOF');
  assert.equal(String(price), '5 000 F CFA');
  assert.deepEqual({ ...price }, { amount: 5000, currency: 'XOF', decimals: 0 });
  assert.equal(String(lomi.Money.fromMajor('50.5', 'EUR')), '50,50 €');
  assert.equal(new lomi.Money(9007199254740993n, 'XOF').amount, 9007199254740993n);
  assert.ok(price.equals(lomi.Money.fromMajor('5000', 'XOF')) && !price.equals(5000));
  for (const [amount, currency] of [
    [5.5, 'XOF'],
    [NaN, 'XOF'],
    ['5', 'XOF'],
    [-1, 'XOF'],
    [1, 'xof'],
    [2n ** 63n, 'XOF'],
    [1],
  ]) {
    assert.throws(() => new lomi.Money(amount, currency), wrong(lomi.ValidationError));
  }
  for (const text of ['50.00', '1e3', '', 5]) {
    assert.throws(() => lomi.Money.fromMajor(text, 'XOF'), wrong(lomi.ValidationError));
  }
});

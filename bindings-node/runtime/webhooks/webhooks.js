'use strict';

// The public object `webhooks`: checks that a delivery comes from lomi., and returns its event.

const { types } = require('node:util');

const native = require('../../native.js');
const { resultOf } = require('../call/dispatch.js');
const { check } = require('../convert/json.js');
const { optionalOptions } = require('../convert/options.js');
const { errors } = require('../errors.js');
const { defineLazy } = require('../lazy.js');
const { message } = require('../message.js');
const { readOne } = require('../response/read.js');
const { variable } = require('../variable.js');

const SECRET_VARIABLE = 'LOMI_WEBHOOK_SECRET';

/** The raw bytes of a body. An error explains what a parsed body lacks. */
function payloadBytes(payload) {
  if (typeof payload === 'string') return Buffer.from(payload, 'utf8');
  if (ArrayBuffer.isView(payload) || types.isAnyArrayBuffer(payload)) {
    const { buffer = payload, byteOffset, byteLength } = payload;
    return check('the payload', errors.WebhookPayloadError, () =>
      Buffer.from(buffer, byteOffset, byteLength),
    );
  }
  let given = message('parsed_object');
  if (payload === null || payload === undefined) given = payload;
  else if (typeof payload !== 'object') given = message('of_type', { kind: typeof payload });
  const how = 'express.raw({ type: "application/json" }), lomi/express, lomi/fastify, lomi/next';
  throw new errors.WebhookPayloadError(message('payload_parsed', { given, how }));
}

/** The secrets as a list of strings; those of the environment variable where none is given. */
function secretList(secret) {
  const given = secret ?? variable(SECRET_VARIABLE);
  if (given === undefined || given === '') {
    throw new errors.ConfigurationError(message('no_webhook_secret', { variable: SECRET_VARIABLE }));
  }
  let secrets;
  try {
    secrets = Array.isArray(given) ? [...given] : [given];
  } catch {
    secrets = [undefined];
  }
  // The message has neither the value nor the reason, which might show it.
  if (secrets.length === 0 || !secrets.every((one) => typeof one === 'string')) {
    throw new errors.ConfigurationError(message('secret_not_strings'));
  }
  if (secrets.some((one) => /\p{Surrogate}/u.test(one))) {
    throw new errors.ConfigurationError(message('not_unicode', { place: message('the_secret') }));
  }
  return secrets;
}

/** The value of the signature's header, which frameworks give as a string or as a list of strings. */
function signatureHeader(signature) {
  if (signature === undefined || signature === null) return '';
  const strings = check('the signature', errors.ValidationError, () =>
    Array.isArray(signature) ? [...signature] : [signature],
  );
  if (strings.every((value) => typeof value === 'string')) return strings.join(',');
  throw new errors.ValidationError(message('signature_not_strings'));
}

/** A time in seconds; a Date counts from 1970. */
function seconds(name, value) {
  if (value === undefined || value === null) return undefined;
  const number = types.isDate(value) ? Date.prototype.getTime.call(value) / 1000 : value;
  if (typeof number !== 'number' || Number.isNaN(number)) {
    throw new errors.ValidationError(message('not_a_moment', { name, kind: 'Date', given: typeof value }));
  }
  return number;
}

const EVENT_OPTIONS = new Set(['maxAge', 'receivedAt']);

const webhooks = {
  /** Checks the signature of a delivery and returns its event. */
  constructEvent(payload, signature, secret, options) {
    const body = payloadBytes(payload);
    const header = signatureHeader(signature);
    const given = optionalOptions(options, EVENT_OPTIONS, 'the options of constructEvent');
    const maxAge = seconds('maxAge', given.maxAge);
    const receivedAt = seconds('receivedAt', given.receivedAt);
    return readOne(resultOf(native.verifyWebhook(body, header, secretList(secret), maxAge, receivedAt)));
  },

  /** The signature that lomi. would send for a body: for tests of a handler. */
  sign(payload, secret) {
    return resultOf(native.signWebhook(payloadBytes(payload), secretList(secret)[0])).json;
  },

  /** The response that refuses a delivery with this error; undefined where the error is not the sender's. */
  refusal(error) {
    let kind;
    let code;
    try {
      ({ kind, code } = error);
    } catch {
      return undefined;
    }
    if (typeof kind !== 'string') return undefined;
    return native.webhookRefusal(kind, typeof code === 'string' ? code : undefined) ?? undefined;
  },

  /** Throws the error for a body of more bytes than `MAX_BODY`. */
  bodyTooLarge() {
    resultOf(native.webhookBodyTooLarge());
  },

  /** Throws the error for the body of a request that was read before. */
  bodyAlreadyRead() {
    resultOf(native.webhookBodyAlreadyRead());
  },

  /** Maximum size of a body that the helpers for web frameworks read: 1 MiB. */
  MAX_BODY: native.webhookMaxBody(),
};

defineLazy(webhooks, 'ReplayGuard', () => require('./replayGuard.js').ReplayGuard);
defineLazy(webhooks, 'RedisStore', () => require('./redisStore.js').RedisStore);
defineLazy(webhooks, 'DatabaseStore', () => require('./databaseStore.js').DatabaseStore);

module.exports = { webhooks };

'use strict';

// Webhooks: proof that a delivery comes from lomi., and its event.

const { types } = require('node:util');

const native = require('../../native.js');
const { settled } = require('../call/dispatch.js');
const { errors } = require('../errors.js');
const { readOne } = require('../response/model.js');
const { named } = require('../convert/options.js');
const { DatabaseStore, RedisStore, ReplayGuard } = require('./replay.js');
const { Refusal } = require('../convert/values.js');
const { checked } = require('../convert/json.js');

const VARIABLE = 'LOMI_WEBHOOK_SECRET';

/** The raw bytes of a body, or the explanation why there are none. */
function bytes(payload) {
  if (typeof payload === 'string') return Buffer.from(payload, 'utf8');
  if (ArrayBuffer.isView(payload) || types.isAnyArrayBuffer(payload)) {
    const { buffer = payload, byteOffset, byteLength } = payload;
    return checked('the payload', errors.WebhookPayloadError, () =>
      Buffer.from(buffer, byteOffset, byteLength),
    );
  }
  let given = 'a parsed object';
  if (payload === null || payload === undefined) given = payload;
  else if (typeof payload !== 'object') given = `a ${typeof payload}`;
  throw new errors.WebhookPayloadError(
    `the payload is ${given}, not the raw body. The signature covers the bytes as they came, and parsing ` +
      'loses them: take the body before a JSON parser does, for instance with ' +
      'express.raw({type: "application/json"}), or use lomi/express, lomi/fastify or lomi/next.',
  );
}

function texts(secret) {
  const given = secret ?? process.env[VARIABLE];
  if (given === undefined || given === '') {
    throw new errors.ConfigurationError(`no webhook secret: give one, or set ${VARIABLE}`);
  }
  let secrets;
  try {
    secrets = Array.isArray(given) ? [...given] : [given];
  } catch {
    secrets = [undefined];
  }
  // Without the value, and without a reason that might show it.
  if (secrets.length === 0 || !secrets.every((one) => typeof one === 'string')) {
    throw new errors.ConfigurationError('a webhook secret must be a string, or a list of strings');
  }
  if (secrets.some((one) => /\p{Surrogate}/u.test(one))) {
    throw new errors.ConfigurationError('a webhook secret has a lone surrogate, which is not Unicode text');
  }
  return secrets;
}

/** The value of the header with the signature, in the forms in which frameworks give one. */
function headerOf(signature) {
  if (signature === undefined || signature === null) return '';
  return checked('the signature', errors.ValidationError, () => {
    const values = Array.isArray(signature) ? [...signature] : [signature];
    if (values.every((value) => typeof value === 'string')) return values.join(',');
    throw new Refusal('must be the value of the header X-Lomi-Signature, a string or a list of strings');
  });
}

function seconds(name, value) {
  if (value === undefined || value === null) return undefined;
  const number = types.isDate(value) ? Date.prototype.getTime.call(value) / 1000 : value;
  if (typeof number !== 'number' || Number.isNaN(number)) {
    throw new errors.ValidationError(`${name} must be a number of seconds`);
  }
  return number;
}

const OPTIONS = new Set(['maxAge', 'receivedAt']);

const webhooks = {
  /** Checks a delivery and gives its event. */
  constructEvent(payload, signature, secret, options) {
    const body = bytes(payload);
    const header = headerOf(signature);
    const given = named(options, OPTIONS, 'the options of constructEvent');
    const maxAge = seconds('maxAge', given.maxAge);
    const receivedAt = seconds('receivedAt', given.receivedAt);
    return readOne(settled(native.verifyWebhook(body, header, texts(secret), maxAge, receivedAt)));
  },

  /** The signature that lomi. would send for a body: for tests of a handler. */
  sign(payload, secret) {
    return settled(native.signWebhook(bytes(payload), texts(secret)[0])).text;
  },

  /** The response that refuses a delivery with this error; undefined where the sender is not at fault. */
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
    settled(native.webhookBodyTooLarge());
  },

  /** Throws the error for the body of a request that something else has read. */
  bodyAlreadyRead() {
    settled(native.webhookBodyAlreadyRead());
  },

  /** The most bytes of a body that the helpers for web frameworks read: 1 MiB. */
  MAX_BODY: native.webhookMaxBody(),

  ReplayGuard,
  RedisStore,
  DatabaseStore,
};

module.exports = { webhooks };

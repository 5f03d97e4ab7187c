'use strict';

// Webhooks: proof that a delivery comes from lomi., and its event.

const native = require('../native.js');
const { settled } = require('./calls.js');
const { errors } = require('./errors.js');
const { readOne } = require('./model.js');
const { DatabaseStore, RedisStore, ReplayGuard } = require('./replay.js');

const VARIABLE = 'LOMI_WEBHOOK_SECRET';

/** The raw bytes of a body, or the explanation why there are none. */
function bytes(payload) {
  if (typeof payload === 'string') return Buffer.from(payload, 'utf8');
  if (Buffer.isBuffer(payload)) return payload;
  if (ArrayBuffer.isView(payload)) {
    return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  }
  if (payload instanceof ArrayBuffer) return Buffer.from(payload);
  throw new errors.WebhookPayloadError(
    `the payload is ${payload === null || payload === undefined ? payload : 'a parsed object'}, not the raw ` +
      'body. The signature covers the bytes as they came, and parsing loses them: take the body before a JSON ' +
      'parser does, for instance with express.raw({type: "application/json"}), or use lomi/express, ' +
      'lomi/fastify or lomi/next.',
  );
}

function texts(secret) {
  const given = secret ?? process.env[VARIABLE];
  if (given === undefined || given === '') {
    throw new errors.ConfigurationError(`no webhook secret: give one, or set ${VARIABLE}`);
  }
  const secrets = Array.isArray(given) ? given : [given];
  if (!secrets.every((one) => typeof one === 'string')) {
    throw new errors.ConfigurationError('a webhook secret has to be text');
  }
  return secrets;
}

function seconds(name, value) {
  if (value === undefined || value === null) return undefined;
  const number = value instanceof Date ? value.getTime() / 1000 : value;
  if (typeof number !== 'number' || Number.isNaN(number)) {
    throw new errors.ValidationError(`${name} has to be a number of seconds`);
  }
  return number;
}

const webhooks = {
  /** Checks a delivery and gives its event. */
  constructEvent(payload, signature, secret, options = {}) {
    const body = bytes(payload);
    const header = Array.isArray(signature) ? signature.join(',') : (signature ?? '');
    const maxAge = seconds('maxAge', options.maxAge);
    const receivedAt = seconds('receivedAt', options.receivedAt);
    return readOne(settled(native.verifyWebhook(body, String(header), texts(secret), maxAge, receivedAt)));
  },

  /** The signature that lomi. would send for a body: for tests of a handler. */
  sign(payload, secret) {
    return settled(native.signWebhook(bytes(payload), texts(secret)[0])).text;
  },

  /** The response that refuses a delivery with this error; undefined where the sender is not at fault. */
  refusal(error) {
    return native.webhookRefusal(error?.kind ?? '', error?.code ?? undefined) ?? undefined;
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

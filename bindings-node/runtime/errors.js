'use strict';

// The error classes. Every error of this package is one of them; their names are the same in
// Python, Node and PHP.

const { readLast } = require('./response/read.js');

/** Defines a property that is not enumerable. */
const hidden = (target, name, value) =>
  Object.defineProperty(target, name, { value, writable: true, configurable: true });

/** Marks an error of a write that may have been carried out. */
const UNKNOWN = Symbol('outcome unknown');

/** The bytes of a body that is not UTF-8. */
const BYTES = Symbol('bytes of the body');

/** The base of all errors of this package. */
class LomiError extends Error {
  constructor(message, fields = {}, options = undefined) {
    super(message, options);
    fields ??= {};
    this.status = fields.status ?? null;
    this.code = fields.code ?? null;
    this.details = fields.details ?? null;
    this.requestId = fields.requestId ?? null;
    this.idempotencyKey = fields.idempotencyKey ?? null;
    this.attempts = fields.attempts ?? 0;
    hidden(this, 'history', fields.history ?? []);
    this.outcome = fields.outcome ?? 'not_sent';
    this.operation = fields.operation ?? null;
    this.retryAfter = fields.retryAfter ?? null;
    hidden(this, UNKNOWN, fields.outcomeUnknown === true);
    // Not enumerable, so that logs leave them out: they may contain a customer's data.
    hidden(this, 'body', fields.body ?? null);
    hidden(this, BYTES, fields.rawBody ?? null);
    hidden(this, 'serverMessage', fields.serverMessage ?? null);
    hidden(this, 'headers', fields.headers ?? {});
    hidden(this, 'last', fields.last ?? null);
    hidden(this, 'unknownCall', fields.unknownCall ?? null);
  }

  get kind() {
    return this.name;
  }

  /** The body as bytes; null without a body. */
  get rawBody() {
    const body = this[BYTES] ?? this.body;
    return typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : null;
  }

  /** The body as an object or a list; null where it is neither. */
  get parsedBody() {
    try {
      const body = JSON.parse(this.body);
      return typeof body === 'object' ? body : null;
    } catch {
      return null;
    }
  }

  toJSON() {
    const { name, message } = this;
    return { name, message, ...this };
  }
}

class ConfigurationError extends LomiError {}
class ValidationError extends LomiError {}
class APIConnectionError extends LomiError {}
class APITimeoutError extends APIConnectionError {}

/**
 * A write may have been carried out, and no response says whether it was. Every such error
 * is an instance of this class, whatever else it is: a 502 to create is a ServerError too.
 */
class OutcomeUnknownError extends APIConnectionError {
  static [Symbol.hasInstance](value) {
    if (this === OutcomeUnknownError && value instanceof LomiError && value[UNKNOWN]) return true;
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

class TLSError extends LomiError {}
class UnexpectedResponseError extends LomiError {}
class UnexpectedRedirectError extends LomiError {}
class ResponseTooLargeError extends LomiError {}
class APIStatusError extends LomiError {}
class BadRequestError extends APIStatusError {}
class AuthenticationError extends APIStatusError {}
class PermissionDeniedError extends APIStatusError {}
class NotFoundError extends APIStatusError {}
class ConflictError extends APIStatusError {}
class IdempotencyConflictError extends ConflictError {}
class ConfirmationTokenError extends BadRequestError {}
class UnprocessableEntityError extends APIStatusError {}
class RateLimitError extends APIStatusError {}
class ServerError extends APIStatusError {}
class UnsupportedOperationError extends LomiError {}
class StillPendingError extends LomiError {}
class PaginationLoopError extends LomiError {}
class CancelledError extends LomiError {}
class PaymentRequiredError extends LomiError {
  constructor(message, fields, options) {
    super(message, fields, options);
    hidden(this, 'paymentRequired', fields?.paymentRequired ?? null);
  }
}
class SignatureVerificationError extends LomiError {}
class WebhookPayloadError extends LomiError {}
class InboxBusyError extends LomiError {}
class InboxLeaseLostError extends LomiError {}
class InboxRolledBackError extends LomiError {}
class InternalError extends LomiError {}

const errors = {
  LomiError,
  ConfigurationError,
  ValidationError,
  APIConnectionError,
  APITimeoutError,
  OutcomeUnknownError,
  TLSError,
  UnexpectedResponseError,
  UnexpectedRedirectError,
  ResponseTooLargeError,
  APIStatusError,
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  IdempotencyConflictError,
  ConfirmationTokenError,
  UnprocessableEntityError,
  RateLimitError,
  ServerError,
  UnsupportedOperationError,
  StillPendingError,
  PaginationLoopError,
  CancelledError,
  PaymentRequiredError,
  SignatureVerificationError,
  WebhookPayloadError,
  InboxBusyError,
  InboxLeaseLostError,
  InboxRolledBackError,
  InternalError,
};

for (const [name, type] of Object.entries(errors)) {
  hidden(type.prototype, 'name', name);
}

/** The error that the native library describes as JSON. The reason of an aborted `signal` becomes its cause. */
function errorFromJson(json, signal) {
  const fields = JSON.parse(json);
  if (fields.rawBody !== undefined) fields.rawBody = Buffer.from(fields.rawBody, 'latin1');
  if (fields.last !== undefined) fields.last = readLast(fields);
  const Type = errors[fields.kind] ?? LomiError;
  const aborted = fields.kind === 'CancelledError' && signal !== undefined;
  return new Type(fields.message, fields, aborted ? { cause: signal.reason } : undefined);
}

module.exports = { errors, errorFromJson };

'use strict';

// Every failure of this package is one of these classes. Their names are the same in
// Python, Node and PHP.

const hidden = (target, name, value) =>
  Object.defineProperty(target, name, { value, writable: true, configurable: true });

/** Marks an error of a write that may have been carried out. */
const UNKNOWN = Symbol('outcome unknown');

/** The base of all errors of this package. */
class LomiError extends Error {
  constructor(message, facts = {}, options = undefined) {
    super(message, options);
    facts ??= {};
    this.status = facts.status ?? null;
    this.code = facts.code ?? null;
    this.details = facts.details ?? null;
    this.requestId = facts.requestId ?? null;
    this.idempotencyKey = facts.idempotencyKey ?? null;
    this.attempts = facts.attempts ?? 0;
    hidden(this, 'history', facts.history ?? []);
    this.outcome = facts.outcome ?? 'not_sent';
    this.operation = facts.operation ?? null;
    this.retryAfter = facts.retryAfter ?? null;
    hidden(this, UNKNOWN, facts.outcomeUnknown === true);
    // A customer's data may stand in these: they are there for who asks, not for logs.
    hidden(this, 'body', facts.body ?? null);
    hidden(this, 'headers', facts.headers ?? {});
  }

  get kind() {
    return this.name;
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
class UnprocessableEntityError extends APIStatusError {}
class RateLimitError extends APIStatusError {}
class ServerError extends APIStatusError {}
class UnsupportedOperationError extends LomiError {}
class PaginationLoopError extends LomiError {}
class CancelledError extends LomiError {}
class PaymentRequiredError extends LomiError {
  constructor(message, facts, options) {
    super(message, facts, options);
    hidden(this, 'paymentRequired', facts?.paymentRequired ?? null);
  }
}
class SignatureVerificationError extends LomiError {}
class WebhookPayloadError extends LomiError {}
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
  UnprocessableEntityError,
  RateLimitError,
  ServerError,
  UnsupportedOperationError,
  PaginationLoopError,
  CancelledError,
  PaymentRequiredError,
  SignatureVerificationError,
  WebhookPayloadError,
  InternalError,
};

for (const [name, type] of Object.entries(errors)) {
  hidden(type.prototype, 'name', name);
}

/** Builds the error that the native library describes as JSON. When `signal` aborted the call, its reason is the cause. */
function fromText(text, signal) {
  const facts = JSON.parse(text);
  const Type = errors[facts.kind] ?? LomiError;
  const aborted = facts.kind === 'CancelledError' && signal !== undefined;
  return new Type(facts.message, facts, aborted ? { cause: signal.reason } : undefined);
}

module.exports = { errors, fromText };

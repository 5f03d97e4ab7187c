package africa.lomi

/** An option of the client, of a webhook route or of another object cannot be used. Nothing was sent. */
open class ConfigurationError internal constructor(message: String, members: Map<String, Any?> = emptyMap()) : LomiException(message, members)

/** An argument is invalid. Nothing was sent. */
open class ValidationError internal constructor(message: String, members: Map<String, Any?> = emptyMap()) : LomiException(message, members)

/** The server could not be reached, or a connection broke during a read. */
open class APIConnectionError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** The call exceeded its timeout. */
open class APITimeoutError internal constructor(message: String, members: Map<String, Any?>) : APIConnectionError(message, members)

/** A write may have been carried out: the connection broke before a response. */
open class OutcomeUnknownError internal constructor(message: String, members: Map<String, Any?>) :
    APIConnectionError(message, members), OutcomeUnknown

/** The server's certificate is invalid, or the TLS handshake failed. Never retried. */
open class TLSError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** The status is a success, and the body is not what the operation returns. */
open class UnexpectedResponseError internal constructor(message: String, members: Map<String, Any?> = emptyMap()) :
    LomiException(message, members)

/** The response is a redirect. Redirects are never followed. */
open class UnexpectedRedirectError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** The response is larger or nested deeper than allowed. */
open class ResponseTooLargeError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** The base of errors for a status that is not a success; also the class for a status without its own. */
open class APIStatusError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** 400. */
open class BadRequestError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** 401. */
open class AuthenticationError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** 403. */
open class PermissionDeniedError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** 404. */
open class NotFoundError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** 409. */
open class ConflictError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** 409: the idempotency key was used before with another body. */
open class IdempotencyConflictError internal constructor(message: String, members: Map<String, Any?>) : ConflictError(message, members)

/** The token of a confirmation has expired, or is for another body. */
open class ConfirmationTokenError internal constructor(message: String, members: Map<String, Any?>) : BadRequestError(message, members)

/** 422. */
open class UnprocessableEntityError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** 429. */
open class RateLimitError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** 5xx. */
open class ServerError internal constructor(message: String, members: Map<String, Any?>) : APIStatusError(message, members)

/** The server has no route for this operation, in any route style. */
open class UnsupportedOperationError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** A list repeats its pages and does not end. */
open class PaginationLoopError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/**
 * The call was cancelled: its thread was interrupted, its future or its coroutine cancelled. `outcome` is
 * `unknown` if a write may have been carried out, and `not_sent` if nothing was sent. If the response had come when
 * the call was cancelled, the outcome, status and request id are those of the response.
 */
open class CancelledError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members) {
    companion object {
        /**
         * The error of a call that a coroutine or a future has cancelled, by the exception that its caller got;
         * null where no call was under way.
         */
        @JvmStatic
        fun behind(cancellation: Throwable?): CancelledError? =
            generateSequence(cancellation) { it.cause }.take(8)
                .flatMap { sequenceOf(it) + it.suppressed }
                .filterIsInstance<CancelledError>().firstOrNull()
    }
}

/** The signature does not prove that a delivery comes from lomi. */
open class SignatureVerificationError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** The signature of a delivery is valid, and its body cannot be used. */
open class WebhookPayloadError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** A bug in this library. */
open class InternalError internal constructor(message: String, members: Map<String, Any?>) : LomiException(message, members)

/** The time of a wait passed before the object reached its state. */
open class StillPendingError internal constructor(
    message: String,
    members: Map<String, Any?>,
    /** The object in its last state. */
    val last: Model?,
) : LomiException(message, members)

/** Thrown by `session()` of a created object when the customer must pay an earlier invoice first. */
open class PaymentRequiredError internal constructor(
    message: String,
    members: Map<String, Any?>,
    /** The response in place of a session, with its `blockingInvoice`. */
    val paymentRequired: africa.lomi.models.PaymentRequired,
) : LomiException(message, members)

package africa.lomi.internal

import africa.lomi.*
import africa.lomi.models.PaymentRequired

private typealias Members = Map<String, Any?>

/** The exception of a failed call. */
internal fun exceptionOf(members: Members, last: Model?): LomiException {
    val message = members["message"] as String
    if (members["outcome_unknown"] == true) unknown(message, members)?.let { return it }
    return when (members["class"]) {
        "ConfigurationError" -> ConfigurationError(message, members)
        "ValidationError" -> ValidationError(message, members)
        "APIConnectionError" -> APIConnectionError(message, members)
        "APITimeoutError" -> APITimeoutError(message, members)
        "TLSError" -> TLSError(message, members)
        "UnexpectedResponseError" -> UnexpectedResponseError(message, members)
        "UnexpectedRedirectError" -> UnexpectedRedirectError(message, members)
        "ResponseTooLargeError" -> ResponseTooLargeError(message, members)
        "BadRequestError" -> BadRequestError(message, members)
        "AuthenticationError" -> AuthenticationError(message, members)
        "PermissionDeniedError" -> PermissionDeniedError(message, members)
        "NotFoundError" -> NotFoundError(message, members)
        "ConflictError" -> ConflictError(message, members)
        "IdempotencyConflictError" -> IdempotencyConflictError(message, members)
        "ConfirmationTokenError" -> ConfirmationTokenError(message, members)
        "UnprocessableEntityError" -> UnprocessableEntityError(message, members)
        "RateLimitError" -> RateLimitError(message, members)
        "ServerError" -> ServerError(message, members)
        "APIStatusError" -> APIStatusError(message, members)
        "UnsupportedOperationError" -> UnsupportedOperationError(message, members)
        "StillPendingError" -> StillPendingError(message, members, last)
        "PaginationLoopError" -> PaginationLoopError(message, members)
        "CancelledError" -> CancelledError(message, members)
        "SignatureVerificationError" -> SignatureVerificationError(message, members)
        "WebhookPayloadError" -> WebhookPayloadError(message, members)
        else -> InternalError(message, members)
    }
}

/** The same exception with the mark of an unknown outcome. The classes are those that such a call can end with. */
private fun unknown(message: String, members: Members): LomiException? = when (members["class"]) {
    "OutcomeUnknownError" -> OutcomeUnknownError(message, members)
    "APIConnectionError" -> object : APIConnectionError(message, members), OutcomeUnknown {}
    "APITimeoutError" -> object : APITimeoutError(message, members), OutcomeUnknown {}
    "TLSError" -> object : TLSError(message, members), OutcomeUnknown {}
    "UnexpectedResponseError" -> object : UnexpectedResponseError(message, members), OutcomeUnknown {}
    "UnexpectedRedirectError" -> object : UnexpectedRedirectError(message, members), OutcomeUnknown {}
    "ResponseTooLargeError" -> object : ResponseTooLargeError(message, members), OutcomeUnknown {}
    "ConflictError" -> object : ConflictError(message, members), OutcomeUnknown {}
    "RateLimitError" -> object : RateLimitError(message, members), OutcomeUnknown {}
    "ServerError" -> object : ServerError(message, members), OutcomeUnknown {}
    "APIStatusError" -> object : APIStatusError(message, members), OutcomeUnknown {}
    "UnsupportedOperationError" -> object : UnsupportedOperationError(message, members), OutcomeUnknown {}
    "CancelledError" -> object : CancelledError(message, members), OutcomeUnknown {}
    "InternalError" -> object : InternalError(message, members), OutcomeUnknown {}
    else -> null
}

/**
 * The error of a cancelled call, by how the call has ended: it may have had its result, which nobody got. Null where
 * that is not known.
 */
internal fun cancelledError(ended: ByteArray?): CancelledError {
    if (ended == null) return cancelled(mapOf("outcome" to "unknown"))
    val reply = Reply(ended)
    val error = reply.error()
    if (error is CancelledError) return error
    if (error != null) {
        val same = exceptionOf(error.members + ("class" to "CancelledError"), null) as CancelledError
        return same.apply { addSuppressed(error) }
    }
    val response = reply.response
    return cancelled(
        mapOf(
            "outcome" to "final",
            "status" to response?.status?.toLong(),
            "request_id" to response?.requestId,
            "idempotency_key" to response?.idempotencyKey,
            "attempts" to response?.attempts?.toLong(),
        ),
    )
}

private fun cancelled(members: Members): CancelledError =
    CancelledError(Message.of("call_cancelled"), members + ("class" to "CancelledError"))

/** The error for a create whose response names an unpaid invoice in place of a session. */
internal fun paymentRequired(response: PaymentRequired): PaymentRequiredError {
    val invoice = response.blockingInvoice
    val message = Bridge.paymentRequired(invoice?.invoiceNumber ?: invoice?.invoiceId)
    val members = mapOf(
        "code" to response.reason,
        "outcome" to "final",
        "operation" to "create_checkout_session",
        "status" to response.lastResponse?.status?.toLong(),
        "request_id" to response.lastResponse?.requestId,
        "idempotency_key" to response.lastResponse?.idempotencyKey,
        "attempts" to response.lastResponse?.attempts?.toLong(),
    )
    return PaymentRequiredError(message, members, response)
}

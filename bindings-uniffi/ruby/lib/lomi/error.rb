# frozen_string_literal: true

module Lomi
  # In every error of a write that may have been carried out, whatever else it is: a 502 to a create is a
  # {ServerError} as well.
  #
  #     rescue Lomi::OutcomeUnknown => error
  #       client.find_outcome(error)
  module OutcomeUnknown
  end

  # The base of all errors of this gem.
  class Error < StandardError
    # @return [Integer, nil] the status of the last response
    attr_reader :status
    # @return [String, nil] the server's code for the error, such as `not_found`
    attr_reader :code
    # @return [Object, nil] what the server says of the fields
    attr_reader :details
    # @return [String, nil] the sentence of the server
    attr_reader :server_message
    # @return [String, nil] the body of the last response as text
    attr_reader :body
    # @return [Hash{String => String}] the headers of the last response
    attr_reader :headers
    # @return [String, nil] the id under which lomi. knows the request
    attr_reader :request_id
    # @return [String, nil] the key that all attempts of the call had
    attr_reader :idempotency_key
    # @return [Integer] how many requests were sent
    attr_reader :attempts
    # @return [Array<Hash>] each attempt: method, route, status, failure, milliseconds, request_id
    attr_reader :history
    # @return [String] what is certain: `not_sent`, `rejected`, `unknown` or `final`
    attr_reader :outcome
    # @return [String, nil] the operation, such as `create_checkout_session`
    attr_reader :operation
    # @return [Float, nil] seconds that the server asks to wait
    attr_reader :retry_after
    # @return [String, nil] what {Client#find_outcome} needs, as text that can be stored
    attr_reader :unknown_call
    # @return [Model, nil] the object of a wait as it was last; see {Lomi.interrupted_call}
    attr_reader :last

    MEMBERS = %w[
      status code details server_message body request_id idempotency_key operation retry_after unknown_call last
    ].freeze
    private_constant :MEMBERS

    # @param members [Hash{String => Object}] the attributes, as the native library names them
    def initialize(message = nil, members = {})
      super(message)
      MEMBERS.each { |name| instance_variable_set(:"@#{name}", members[name]) }
      @headers = members.fetch("headers", {})
      @history = members.fetch("history", []).map { |attempt| attempt.transform_keys(&:to_sym) }
      @attempts = members.fetch("attempts", 0)
      @outcome = members.fetch("outcome", "not_sent")
      @raw_body = members["raw_body"]
    end

    # @return [String] the name of the class, which is the same in every language
    def kind = self.class.name.split("::").last

    # @return [String, nil] the bytes of the body
    def raw_body
      return @body&.b if @raw_body.nil?

      # Each character is a byte: the body is not UTF-8.
      @raw_body.encode(Encoding::ISO_8859_1).b
    rescue EncodingError
      @body.b
    end

    # @return [Hash, Array, nil] the body, where it is JSON
    def parsed_body
      require "json"
      parsed = JSON.parse(@body.to_s)
      parsed if parsed.is_a?(Hash) || parsed.is_a?(Array)
    rescue JSON::ParserError
      nil
    end
  end

  class ConfigurationError < Error; end
  class ValidationError < Error; end
  class APIConnectionError < Error; end
  class APITimeoutError < APIConnectionError; end

  # The connection of a write broke, and no response says whether it was carried out.
  class OutcomeUnknownError < APIConnectionError
    include OutcomeUnknown
  end

  class TLSError < Error; end
  class UnexpectedResponseError < Error; end
  class UnexpectedRedirectError < Error; end
  class ResponseTooLargeError < Error; end
  class APIStatusError < Error; end
  class BadRequestError < APIStatusError; end
  class AuthenticationError < APIStatusError; end
  class PermissionDeniedError < APIStatusError; end
  class NotFoundError < APIStatusError; end
  class ConflictError < APIStatusError; end
  class IdempotencyConflictError < ConflictError; end
  class ConfirmationTokenError < BadRequestError; end
  class UnprocessableEntityError < APIStatusError; end
  class RateLimitError < APIStatusError; end
  class ServerError < APIStatusError; end
  class UnsupportedOperationError < Error; end
  class StillPendingError < Error; end
  class PaginationLoopError < Error; end
  class CancelledError < Error; end

  # Nothing was created, because the customer must pay an invoice first.
  class PaymentRequiredError < Error
    # @return [Models::PaymentRequired, nil] the response
    attr_reader :payment_required

    def initialize(message = nil, members = {})
      super
      @payment_required = members["payment_required"]
    end
  end

  class SignatureVerificationError < Error; end
  class WebhookPayloadError < Error; end
  class InternalError < Error; end
end

# frozen_string_literal: true

module Lomi
  # The response that a value came from. It is read when a member is first used.
  class Response
    # @api private
    def initialize(bytes, at)
      @bytes = bytes
      @at = at
    end

    # @return [Integer] the status of the response
    def status = members["status"]
    # @return [String] the id under which lomi. knows the request
    def request_id = members["request_id"]
    # @return [String, nil] the key that all attempts of the call had
    def idempotency_key = members["idempotency_key"]
    # @return [Integer] how many requests were sent
    def attempts = members["attempts"]
    # @return [Boolean, nil] the server had done the work for this idempotency key before; nil where that is not known
    def replayed = members["replayed"]
    # @return [String, nil] what the server or the client warns of
    def warning = members["warning"]
    # @return [Array<Hash>] each attempt: method, route, status, failure, milliseconds, request_id
    def history = @history ||= members.fetch("history", []).map { |attempt| attempt.transform_keys(&:to_sym) }
    # @return [Hash{String => String}] the headers, by names in lower case
    def headers = members["headers"]

    def inspect = "#<#{self.class} status=#{status} request_id=#{request_id.inspect} attempts=#{attempts}>"

    # @api private
    def page = members.fetch("page", {})

    private

    def members = @members ||= Packed.read(@bytes, @at)
  end
end

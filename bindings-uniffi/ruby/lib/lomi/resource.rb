# frozen_string_literal: true

module Lomi
  # The base of the resources of a client. Their methods take, as `options:`, what is to hold for one call:
  #
  # `idempotency_key`, `timeout`, `connect_timeout`, `attempt_timeout` and `idle_timeout` in seconds,
  # `max_retries`, `headers`, `api_key`, `account`, `request_id`, and `extra_body`, which adds fields of any name
  # to a body.
  #
  #     client.checkout_sessions.create(amount: 10_000, currency_code: "XOF", options: { timeout: 5 })
  class Resource
    # @api private
    def initialize(client)
      @client = client
    end

    def inspect = "#<#{self.class}>"

    private

    def call(number, path, query, body, options)
      Result.value(@client.call(operation(0, number, path, query, body) << Options.of_call(options)))
    end

    def wait_for(number, path, options)
      Result.value(@client.call(operation(0, number, path, nil, nil) << Options.of_wait(options)))
    end

    # A call that the server may ask to confirm: no money moves before.
    def confirmable(number, path, query, body, options, confirm)
      unless confirm.nil? || confirm.respond_to?(:call)
        raise ValidationError, Sentences.message("not_callable", name: "confirm", given: confirm.class)
      end

      given = Options.of_call(options)
      request = operation(0, number, path, query, body) << given
      first = Result.value(@client.call(request))
      return first unless first.is_a?(Models::ConfirmationRequired)

      key = first.last_response.idempotency_key
      token = first.confirmation_token
      first = first.with_second_call { confirmed(request, key, token) }
      # The caller decides: nothing but true confirms.
      confirm && confirm.call(first) == true ? first.confirm : first
    end

    # The same call with its idempotency key and the token.
    def confirmed(request, key, token)
      second = request.dup
      second.setbyte(0, 4)
      Result.value(@client.call(second << Packed.dump(key) << Packed.dump(token)))
    end

    # The first page of a list.
    def page(number, path, query, options) = request(number, path, query, options).page

    # Every row of a list.
    def rows(number, path, query, options)
      first = request(number, path, query, options)
      Rows.new { [first.fork, []] }
    end

    def request(number, path, query, options)
      given = Options.of_call(options)
      handle = Native.number(
        :pager_new, Native.buffer("ruby"), number, Native.byte_buffer(Packed.input("".b, path, query, nil))
      )
      PageRequest.new(@client, Native::Handle.new(:pager, handle), given)
    end

    def operation(kind, number, path, query, body) = Packed.input([kind, number].pack("Cn"), path, query, body)

    # The fields of a body. nil empties a field in an update, and leaves it out of a create.
    def body_of(params, fields, keep_nil:)
      given = merged(params, fields, "the_body")
      keep_nil || !given.value?(nil) ? given : given.compact
    end

    def query_of(params, query) = merged(params, query, "the_query").compact

    def merged(params, given, place)
      return given if params.nil?

      params = params.to_h if params.is_a?(Model)
      return given.empty? ? params : params.merge(given) if params.is_a?(Hash)

      words = { container: Sentences.message("a_hash"), given: params.class }
      raise ValidationError, Sentences.message("not_names_and_values", name: Sentences.message(place), **words)
    end
  end
end

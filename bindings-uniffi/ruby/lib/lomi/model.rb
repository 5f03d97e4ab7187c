# frozen_string_literal: true

module Lomi
  # An object that the API returned. Its fields are read from the bytes of the response when they are
  # used; it cannot be changed.
  #
  #     session.amount            # a field
  #     session[:new_field]       # also one that this version does not know
  #     case session
  #     in { status: "completed", amount: } then paid(amount)
  #     end
  class Model
    # @api private
    def initialize(bytes, at, response = nil)
      @bytes = bytes
      @at = at
      @response = response
      freeze
    end

    # @return [Response, nil] the response that it came from; none for the event of a webhook
    def last_response = @response

    # A field by its name; nil for one that is null or absent.
    def [](name)
      number = names[name.to_sym]
      return extra[name.to_s] if number.nil?

      # What is only sent has no method, although some servers send it back.
      respond_to?(name) ? public_send(name) : field_at(number)
    end

    # Whether the server sent the field.
    def key?(name)
      number = names[name.to_sym]
      number.nil? ? extra.key?(name.to_s) : !place(number).zero?
    end

    # The fields that the server sent, those that this version does not know included. Times are strings, as
    # they were sent.
    #
    # @return [Hash{Symbol => Object}]
    def to_h
      fields = {}
      # All places at once: three times as fast as one by one.
      places = @bytes.unpack("N#{names.size + 1}", offset: @at + 9)
      names.each { |name, number| fields[name] = plain_at(places[number]) unless places[number].zero? }
      extra.each { |name, value| fields[name.to_sym] = plain(value) } unless places.last.zero?
      fields
    end

    # For pattern matching.
    def deconstruct_keys(keys)
      (keys || names.keys).to_h { |name| [name, self[name]] }
    end

    # @return [Hash{String => Object}] the fields that this version does not know
    def extra
      fields = {}
      at = place(count)
      until at.zero?
        name = Packed.text(@bytes, @at + at + 4)
        fields[name] = Packed.read(@bytes, @at + at + 8 + name.bytesize, @response)
        at = @bytes.unpack1("N", offset: @at + at)
      end
      fields
    end

    # A field as the server sent it, where the client reads it in another form.
    def original(name)
      at = place(count + 1)
      originals = at.zero? ? {} : Packed.read(@bytes, @at + at, @response)
      return originals[name.to_s] if originals.key?(name.to_s)

      number = names[name.to_sym]
      number.nil? ? extra[name.to_s] : field_at(number)
    end

    def to_json(*arguments)
      require "json"
      to_h.to_json(*arguments)
    end

    # For Rails, whose JSON asks for it.
    def as_json(*) = to_h.transform_keys(&:name)

    def ==(other) = other.instance_of?(self.class) && other.to_h == to_h
    alias eql? ==
    def hash = [self.class, to_h].hash

    # The fields. API keys and webhook secrets are masked.
    def inspect
      text = "#<#{self.class} #{to_h.map { |name, value| "#{name}=#{value.inspect}" }.join(', ')}>"
      Native.string(:redact_all, Native.readable(text))
    end

    # For caches: the object as JSON, which any later version can read.
    def marshal_dump
      require "json"
      JSON.generate(to_h, max_nesting: 0)
    end

    def marshal_load(json)
      bytes = Native.bytes(:read_object, Models.number(self.class), Native.buffer(json))
      raise Result.error(bytes) if bytes.getbyte(0) == Result::ERROR

      initialize(bytes.freeze, 5)
    end

    private

    def names = self.class::NAMES
    def count = @bytes.unpack1("n", offset: @at + 7)
    def place(number) = @bytes.unpack1("N", offset: @at + 9 + (4 * number))

    def field_at(number)
      place = @bytes.unpack1("N", offset: @at + 9 + (4 * number))
      place.zero? ? nil : Packed.read(@bytes, @at + place, @response)
    end

    MOMENT = /\A(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)\z/
    private_constant :MOMENT

    # A time; the string that the server sent, where it is none.
    def time_at(number)
      value = field_at(number)
      match = MOMENT.match(value) if value.is_a?(String)
      return value if match.nil?

      year, month, day, hour, minute, seconds, zone = match.captures
      Time.new(year.to_i, month.to_i, day.to_i, hour.to_i, minute.to_i, seconds.to_r, zone == "Z" ? "UTC" : zone)
    rescue ArgumentError
      value
    end

    def plain_at(place)
      value = Packed.read(@bytes, @at + place, @response)
      # Lists, maps and objects.
      @bytes.getbyte(@at + place) < 6 ? value : plain(value)
    end

    def plain(value)
      case value
      when Model then value.to_h
      when Array then value.map { |item| plain(item) }
      when Hash then value.transform_values { |item| plain(item) }
      else value
      end
    end
  end

  module Models
    # An object that a create made; {NotCreated} is the other result.
    module Created
      # @return [self] the session itself; a {PaymentRequired} raises {PaymentRequiredError}
      def session = self
    end

    # The response of a create that created nothing.
    module NotCreated
      # @raise [PaymentRequiredError] always: nothing was created
      def session = raise(refusal)
      # @raise [PaymentRequiredError] always: there is no page
      def checkout_url = raise(refusal)
      # @raise [PaymentRequiredError] always: there is no page
      def url = raise(refusal)

      private

      def refusal
        invoice = blocking_invoice
        number = invoice && (invoice.invoice_number || invoice.invoice_id)
        members = { "code" => reason, "outcome" => "final", "operation" => "create_checkout_session",
                    "payment_required" => self }
        %w[status request_id idempotency_key attempts].each do |name|
          members[name] = last_response.public_send(name) unless last_response.nil?
        end
        text = number.is_a?(String) ? number : nil
        PaymentRequiredError.new(Native.string(:payment_required, Native.optional(text)), members)
      end
    end

    # The response of a call that moves no money before it is confirmed.
    module Unconfirmed
      # @api private
      def initialize(bytes, at, response = nil, second_call = nil)
        @second_call = second_call
        super(bytes, at, response)
      end

      # Makes the call again with its idempotency key and the token, and returns its result. Money moves now.
      #
      # @raise [ConfirmationTokenError] the token has expired, or is for another body
      def confirm
        @second_call.nil? ? Result.value(Native.bytes(:nothing_to_confirm)) : @second_call.call
      end

      # @api private
      def with_second_call(&second_call) = self.class.new(@bytes, @at, @response, second_call)
    end

    class << self
      # @api private
      def at(number) = (@classes ||= {})[number] ||= NAMES[number] ? const_get(NAMES[number]) : Model

      # @api private
      def number(type) = NAMES.index(type.name.split("::").last.to_sym)
    end
  end
end

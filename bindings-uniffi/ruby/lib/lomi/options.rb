# frozen_string_literal: true

module Lomi
  # Names of options. An unknown one is an error that suggests the nearest.
  #
  # @api private
  module Options
    CLIENT = %w[
      api_key environment base_url routes timeout attempt_timeout connect_timeout idle_timeout max_retries
      max_connections allow_http record headers api_version lang user_agent ca_file ca_files proxy proxy_headers
      certificate_file key_file tls_server_name limits logger on_request on_response
    ].freeze
    CALL = %w[
      idempotency_key timeout attempt_timeout connect_timeout idle_timeout max_retries headers api_key account
      request_id extra_body
    ].freeze
    WAIT = [*CALL, "until"].freeze
    DOWNLOAD = %w[
      to max_bytes timeout attempt_timeout connect_timeout idle_timeout max_retries
    ].freeze

    class << self
      # The options of a client by their names as strings, without those that are nil.
      def of_client(given) = named(given, CLIENT, "no_client_option", ConfigurationError)

      # The options of a call as bytes; nil where none is given.
      def of_call(given, names = CALL)
        return NONE if given.nil? || given == {}
        raise wrong(given) unless given.is_a?(Hash)

        Packed.dump(named(given, names, "no_call_option", ValidationError))
      end

      # The options of a wait as bytes. It is for the final state, unless `until` says another: also where `until` is
      # nil, as any option that is left out.
      def of_wait(given)
        raise wrong(given) unless given.nil? || given.is_a?(Hash)

        Packed.dump({ "until" => "final", **named(given || {}, WAIT, "no_call_option", ValidationError) })
      end

      NONE = "\0".b.freeze
      private_constant :NONE

      private

      def named(given, names, sentence, type)
        given.each_with_object({}) do |(name, value), options|
          name = name.to_s
          unless names.include?(name)
            raise type, Sentences.message(sentence, name: name, hint: Sentences.hint(name, names))
          end

          options[name] = value unless value.nil?
        end
      end

      def wrong(given)
        container = Sentences.message("a_hash")
        ValidationError.new(
          Sentences.message("not_names_and_values", name: "options", container: container, given: given.class)
        )
      end
    end
  end
end

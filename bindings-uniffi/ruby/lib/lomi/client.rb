# frozen_string_literal: true

module Lomi
  # A client of the lomi. API. It holds no connection: share it between threads, and make it before or after a
  # fork.
  #
  #     client = Lomi::Client.new
  #     session = client.checkout_sessions.create(amount: 10_000, currency_code: "XOF")
  #     redirect_to session.checkout_url, allow_other_host: true
  #
  # Calls block. Other threads run meanwhile, and `Timeout.timeout` and Ctrl-C end a call at once.
  class Client
    include Resources::Methods

    # Checks the settings. Nothing is opened or sent.
    #
    # @param api_key [String, nil] a secret key; the variable `LOMI_API_KEY` where left out
    # @option options [String] :environment `test` or `live`; follows from the key
    # @option options [String] :base_url the address of the API; the variable `LOMI_BASE_URL`
    # @option options [Numeric] :timeout seconds for a whole call, repeats included: 60
    # @option options [Numeric] :attempt_timeout seconds for one attempt
    # @option options [Numeric] :connect_timeout seconds to wait for a connection: 10
    # @option options [Numeric] :idle_timeout the most seconds between two parts of a response: 15
    # @option options [Integer] :max_retries how many times a safe call is repeated: 2
    # @option options [Integer] :max_connections the most connections at once: 256
    # @option options [Hash] :headers headers for every call
    # @option options [#call] :on_request gets a {RequestEvent} before each attempt
    # @option options [#call] :on_response gets a {ResponseEvent} after each attempt
    # @option options [Logger] :logger gets a line at the level `info` for each attempt
    # @option options [String] :lang the language of error messages, `en` or `fr`; the variable `LOMI_LANG`
    # @option options [String] :proxy the URL of a proxy; the variable `HTTPS_PROXY`
    # @option options [String] :ca_file a file of certificates to trust besides the system's
    def initialize(api_key: nil, **options)
      configure(options.merge(api_key: api_key), nil)
    end

    # A client whose calls are answered from a recording (`record:`): it needs no key, and sends nothing.
    #
    # @param file [String] the recording
    # @return [Client]
    def self.replay(file, **options)
      handle = Native.number(:offline_replay, Native.buffer(file.to_s, "file"))
      offline(Native::Handle.new(:offline, handle), options)
    end

    # @api private
    def self.offline(handle, options) = allocate.tap { |client| client.send(:configure, options, handle) }
    private_class_method :offline

    # Calls any other endpoint, by its path below the base URL.
    #
    # @param method [String, Symbol] the HTTP method
    # @param path [String]
    # @param query [Hash, nil]
    # @param body [Object] anything that JSON has
    # @return [Object] what JSON holds
    def request(method, path, query: nil, body: nil, options: nil)
      method = method.name if method.is_a?(Symbol)
      unless method.is_a?(String) && path.is_a?(String)
        raise ValidationError, Sentences.message("method_and_path_not_strings")
      end

      method = Packed.text_of(method, "method")
      path = Packed.text_of(path, "path")
      head = [1, method.bytesize, method, path.bytesize, path].pack("CNa*Na*")
      Result.value(call(Packed.input(head, nil, query, body) << Options.of_call(options)))
    end

    # Downloads a file that the API links to, such as the `download_url` of an export. Neither the key nor the
    # headers of this client are sent to the link.
    #
    # @param url [String] the link; its query is a signature, so keep it as a secret
    # @param to [String, Pathname, nil] the file to write; it gets its name when it is complete
    # @option options [Integer] :max_bytes the most bytes
    # @return [String, Integer] the bytes, or the size of the file where `to` is given
    def download(url, to: nil, **options)
      raise ValidationError, not_a_string("the_link", url) unless url.is_a?(String)

      url = Packed.text_of(url, "url")
      given = Options.of_call({ to: to, **options }, Options::DOWNLOAD)
      Result.value(call([2, url.bytesize, url].pack("CNa*") << given))
    end

    # Opens a connection for the next call, which then takes one round trip. Nothing is sent.
    def prewarm
      Result.value(call("\x03".b))
      nil
    end

    # Finds out whether a call was done whose outcome is unknown. A call that the server does once is sent again
    # with its idempotency key; for any other, its object is looked for and nothing is written.
    #
    # @param error_or_text [Error, String] the error of the call, or its `unknown_call`
    # @param known_ids [Array<String>] ids of objects of the same kind that are known to be of other calls
    # @param timeout [Numeric, nil] seconds for each request
    # @return [FoundOutcome]
    def find_outcome(error_or_text, known_ids: [], timeout: nil)
      FoundOutcome.find(error_or_text, known_ids, timeout) do |text, options|
        blocking(:bridgeclient_find_outcome_blocking, text, options)
      end
    end

    # What has ended since then, as the events that webhooks would have brought. Store each cursor once its event
    # is handled.
    #
    #     client.reconcile(cursor).each do |event, cursor|
    #
    # @param since [String, Time] a cursor, or for the first run a time
    # @return [MissedEvents]
    def reconcile(since)
      MissedEvents.new(since) { |run| blocking(:bridgeclient_next_event_blocking, run) }
    end

    # @return [String] the address of the API
    def base_url = about["base_url"]

    # No key: not in what is shown, and not in a dump.
    def inspect = "#<#{self.class} base_url=#{base_url.inspect} api_key=#{about['masked_key'].inspect}>"
    alias to_s inspect

    def marshal_dump = raise(TypeError, "no _dump_data is defined for class #{self.class}: a client holds a key")

    # @api private
    def call(bytes)
      Interrupts.guard do |check|
        Native.checked do |status|
          Native::Functions.bridgeclient_call_blocking(@native.passed, Native.byte_buffer(bytes), check, status)
        end.take_bytes
      end
    end

    # @api private
    def next_page(pager, options)
      blocking(:bridgeclient_next_page_blocking, pager.passed, Native.byte_buffer(options))
    end

    private

    def configure(options, offline)
      settings = Options.of_client(options)
      @hooks = Hooks.take(settings)
      packed = Packed.dump({ **settings, "binding" => "ruby" }, place: "the_value", type: ConfigurationError)
      passed = offline.nil? ? "\0" : [1, offline.passed].pack("CQ>")
      handle = Native.number(
        :bridgeclient_new, Native.byte_buffer(packed), @hooks.nil? ? 0 : @hooks.address, Native.raw(passed)
      )
      @native = Native::Handle.new(:bridgeclient, handle)
      about["warnings"].each { |warning| Kernel.warn("lomi: #{warning}") }
    end

    def about = Packed.read(Native.bytes(:bridgeclient_about, @native.passed), 0)

    # A function that waits for a server: its first argument is the client, its last the function that asks
    # whether to continue.
    def blocking(name, *arguments)
      Interrupts.guard { |check| Native.bytes(name, @native.passed, *arguments, check) }
    end

    def not_a_string(name, given)
      Sentences.message("not_a_string", name: Sentences.message(name), given: given.class)
    end
  end
end

# frozen_string_literal: true

module Lomi
  # One page of a list. It is an Enumerable of its rows; {#auto_paging_each} continues with the next pages.
  class Page
    include Enumerable

    # @return [Array<Model>] the rows
    attr_reader :data
    # @return [Response] the response that it came from
    attr_reader :last_response

    # @api private
    def initialize(rows, response, request)
      @data = rows.freeze
      @last_response = response
      @request = request
    end

    def each(&block)
      return data.each unless block

      data.each(&block)
      self
    end

    # @return [Boolean] whether more pages follow
    def has_more = last_response.page["has_more"] # rubocop:disable Naming/PredicateName
    alias has_more? has_more

    # @return [Integer, nil] how many rows the whole list has, where the server says it
    def total = last_response.page["total"]
    # @return [Integer, nil]
    def limit = last_response.page["limit"]
    # @return [Integer, nil]
    def offset = last_response.page["offset"]
    # @return [Integer, nil] the number of this page
    def page = last_response.page["page"]
    # @return [Integer, nil]
    def total_pages = last_response.page["total_pages"]
    # @return [String, nil] the cursor of the next page
    def next_cursor = last_response.page["next_cursor"]

    # @return [Integer] how many rows this page has
    def size = data.size
    alias length size
    def empty? = data.empty?
    def [](position) = data[position]
    def last(*count) = data.last(*count)

    # @return [Page, nil] the page after this one; nil after the last
    def next_page = @request.fork.page

    # Every row of this page, then those of the next pages. Each page is requested when its first row is asked
    # for.
    #
    # @return [Rows] without a block
    def auto_paging_each(&block)
      rows = Rows.new { [@request.fork, data] }
      return rows unless block

      rows.each(&block)
      self
    end

    def inspect = "#<#{self.class} size=#{size} has_more=#{has_more.inspect} total=#{total.inspect}>"
  end

  # Every row of a list. Rows come as an Enumerable, which starts anew each time, or one by one by {#next}.
  # {#next} keeps its place after an error: it requests the same page again.
  class Rows
    include Enumerable

    # @api private
    def initialize(&start)
      @start = start
    end

    def each(&block)
      return enum_for(:each) unless block_given?

      request, rows = @start.call
      while rows
        rows.each(&block)
        rows = request.page&.data
      end
      self
    end

    # The next row.
    #
    # @raise [StopIteration] there are no more
    def next
      if @request.nil?
        @request, rows = @start.call
        @rows = rows.dup
      end
      @rows = @request.page&.data&.dup while @rows&.empty?
      raise StopIteration, "iteration reached an end" if @rows.nil?

      @rows.shift
    end

    # Lets {#next} start anew.
    def rewind
      @request = @rows = nil
      self
    end

    def inspect = "#<#{self.class}>"
  end

  # The position in a list, from which pages are requested.
  #
  # @api private
  class PageRequest
    def initialize(client, pager, options)
      @client = client
      @pager = pager
      @options = options
    end

    # The next page; nil at the end of the list.
    def page
      found = Result.page(@client.next_page(@pager, @options))
      found && Page.new(*found, self)
    end

    # Another request at the same position.
    def fork
      handle = Native.number(:pager_fork, @pager.passed)
      PageRequest.new(@client, Native::Handle.new(:pager, handle), @options)
    end
  end
end

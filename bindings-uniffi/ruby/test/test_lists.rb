# frozen_string_literal: true

require_relative "helper"

class ListsTest < LomiTest
  # Five rows in pages of two.
  def rows(fails_at: nil)
    failed = false
    serve do |request|
      query = request["target"].split("?").last.to_s.split("&").to_h { |pair| pair.split("=") }
      offset = query.fetch("offset", 0).to_i
      next failed = [503, "later"] if offset == fails_at && !failed

      data = (offset...[offset + 2, 5].min).map { |n| { checkout_session_id: "cs_#{n}", amount: n } }
      [200, { data: data, pagination: { total: 5, limit: 2, offset: offset } }]
    end
  end

  def ids(list) = list.map(&:checkout_session_id)

  def test_a_page_is_an_enumerable_of_its_rows
    page = rows.client(routes: "current").checkout_sessions.list(limit: 2)
    assert_equal %w[cs_0 cs_1], ids(page)
    assert_equal [true, 5, 2], [page.has_more, page.total, page.size]
    assert_equal 1, page.sum(&:amount)
    assert_equal %w[cs_2 cs_3], ids(page.next_page)
    assert_equal %w[cs_2 cs_3], ids(page.next_page)
    assert_nil page.next_page.next_page.next_page
    assert_equal 200, page.last_response.status
  end

  def test_auto_paging_goes_over_all_pages_and_starts_anew_each_time
    server = rows
    page = server.client(routes: "current").checkout_sessions.list(limit: 2)
    all = %w[cs_0 cs_1 cs_2 cs_3 cs_4]
    assert_equal all, ids(page.auto_paging_each)
    seen = []
    page.auto_paging_each { |row| seen << row.checkout_session_id }
    assert_equal all, seen
  end

  def test_list_all_is_lazy
    server = rows
    all = server.client(routes: "current").checkout_sessions.list_all(limit: 2)
    assert_empty server.requests
    assert_equal %w[cs_0], ids(all.first(1))
    assert_equal 1, server.requests.size
    assert_equal %w[cs_1 cs_3], ids(all.lazy.select { |row| row.amount.odd? }.first(2))
    assert_equal 5, all.count
    enumerator = all.each
    assert_equal "cs_0", enumerator.next.checkout_session_id
  end

  def test_next_keeps_its_place_after_an_error
    all = rows(fails_at: 2).client(routes: "current").checkout_sessions.list_all(limit: 2)
    assert_equal %w[cs_0 cs_1], [all.next, all.next].map(&:checkout_session_id)
    assert_raises(Lomi::ServerError) { all.next }
    assert_equal %w[cs_2 cs_3 cs_4], [all.next, all.next, all.next].map(&:checkout_session_id)
    assert_raises(StopIteration) { all.next }
    assert_equal "cs_0", all.rewind.next.checkout_session_id
  end

  def test_a_list_of_the_sandbox
    made = Array.new(5) { |n| lomi_client.customers.create(name: "Awa #{n}", email: "awa#{n}@shop.example") }
    found = lomi_client.customers.list_all(limit: 2).first(5)
    assert_equal made.map(&:customer_id).sort, found.map(&:customer_id).sort
  end
end

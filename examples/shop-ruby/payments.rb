# frozen_string_literal: true

# What the shop asks of lomi.: a checkout session for an order, its state, a refund.
class Payments
  def initialize(client, orders)
    @client = client
    @orders = orders
  end

  # The page on which the buyer pays the order; the order's own page if there is nothing to pay.
  def checkout_page(order, order_url)
    return order_url unless order.status == "pending"

    attempt = order.attempt
    if order.session_id
      status = @client.checkout_sessions.get(order.session_id).status
      unless status == "expired"
        @orders.update(order, failed: 0)
        return status == "open" ? order.checkout_url : order_url
      end
      attempt += 1
    end
    session = create_session(order, order_url, attempt)
    @orders.update(order, session_id: session.checkout_session_id, checkout_url: session.checkout_url,
                          attempt: attempt, failed: 0)
    session.checkout_url
  end

  # The state to show to a buyer who is back. What marks the order as paid is Orders#handle.
  def state_of(order, cancelled)
    return order.status if order.status != "pending" || order.session_id.nil?

    session = @client.checkout_sessions.get(order.session_id)
    fits = session.amount == order.amount && (session.metadata || {})["order"] == order.id
    case session.status
    when "completed" then fits ? "paid" : "pending"
    when "expired" then "expired"
    else cancelled ? "cancelled" : "pending"
    end
  end

  # Refunds a paid order once. If the outcome is unknown, the refund is looked for, never sent again.
  def refund(order)
    if @orders.claim_refund(order)
      call = ask_for_refund(order)
      return if call.nil?

      order.refund_call = call
    end
    # "asked": another request is at work, or was killed. Then the event of the refund tells, or a person who looks.
    return if order.status != "paid" || [nil, "asked"].include?(order.refund_call)

    case @client.find_outcome(order.refund_call, known_ids: [order.refund_id].compact)
    in { outcome: "done", object: } then made(order, object)
    in { outcome: "not_done" }
      @orders.update(order, refund_call: nil, refund_note: "Not refunded. You can try again.")
    in { outcome: "ambiguous", reason: }
      @orders.update(order, refund_note: "Is it refunded? Ask again later. #{reason}")
    end
  end

  private

  def create_session(order, order_url, attempt)
    # The key of the order and the attempt: two clicks, or a crash after this call, give the same session.
    key = Lomi.idempotency_key_for_order(order.id, attempt)
    @client.checkout_sessions.create(
      amount: order.amount, currency_code: "XOF", title: "Coffee beans, 1 kg", metadata: { order: order.id },
      success_url: order_url, cancel_url: "#{order_url}?cancelled=1", options: { idempotency_key: key }
    ).session
  end

  # What find_outcome needs where the outcome is unknown; nil where the refund was made or refused.
  def ask_for_refund(order)
    # The newest API asks before it moves money; the click on "Refund" was the answer.
    body = { transaction_id: order.transaction_id, amount: order.amount }
    made(order, @client.refunds.create(body, confirm: ->(_) { true }))
    nil
  rescue Lomi::OutcomeUnknown => e
    @orders.update(order, refund_call: e.unknown_call)
    e.unknown_call
  rescue Lomi::Error => e
    @orders.update(order, refund_call: nil, refund_note: "Not refunded: #{e.message}")
    nil
  end

  def made(order, refund)
    changes = case refund.status
              when "completed" then { status: "refunded" }
              when "failed" then { refund_call: nil, refund_note: "The refund failed." }
              else { refund_note: "The refund is under way." }
              end
    @orders.update(order, refund_id: refund.refund_id, **changes)
  end
end

# frozen_string_literal: true

require "rack/utils"

# The pages. They need no JavaScript.
module Pages
  MESSAGES = {
    "paid" => "Thank you, your order is paid.",
    "pending" => "We are waiting for your payment. If you have just paid, look again in a minute.",
    "cancelled" => "You have not paid. Your order is kept.",
    "expired" => "The time to pay is over. You can start again.",
    "refunded" => "Your money was sent back."
  }.freeze

  module_function

  def page(title, content)
    <<~HTML
      <!DOCTYPE html>
      <html lang="en">
      <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>#{title}</title>
      <link rel="stylesheet" href="/shop.css">
      <header><a href="/">The coffee shop</a> <a href="/orders">Orders</a></header>
      <main><h1>#{title}</h1>
      #{content}
      </main></html>
    HTML
  end

  def product(price)
    text = "<p>Arabica, roasted this week.</p><p class=\"price\">#{money(price)}</p>"
    page("Coffee beans, 1 kg", text + button("/orders", "pay", "Pay"))
  end

  def order(order, state)
    text = "<p data-status=\"#{state}\">#{MESSAGES.fetch(state)}</p>#{notes(order)}" \
           "<p>Coffee beans, 1 kg: #{money(order.amount)}</p><p class=\"muted\">Order #{order.id}</p>"
    pay = %w[paid refunded].include?(state) ? "" : button("/orders/#{order.id}/pay", "pay", "Pay")
    page("Your order", text + pay)
  end

  def orders(orders)
    head = "<tr><th>Order</th><th>Status</th><th>Amount</th><th>Times paid</th><th></th></tr>"
    page("Orders", "<table>\n#{head}\n#{orders.map { |order| row(order) }.join("\n")}</table>")
  end

  def row(order)
    refund = button("/orders/#{order.id}/refund", "refund", "Refund") + note(order.refund_note)
    "<tr data-order=\"#{order.id}\"><td><a href=\"/orders/#{order.id}\">#{order.id[0, 8]}</a></td>" \
      "<td data-status=\"#{order.status}\">#{order.status}</td><td>#{money(order.amount)}</td>" \
      "<td data-paid-count=\"#{order.paid_count}\">#{order.paid_count}</td>" \
      "<td>#{refund if order.status == 'paid'}#{notes(order)}</td></tr>"
  end

  # 15000 is "15 000 F CFA"; the line does not break at its spaces.
  def money(amount) = "#{amount.to_s.reverse.scan(/\d{1,3}/).join("\u00a0").reverse}\u00a0F\u00a0CFA"

  def button(action, name, text)
    "<form method=\"post\" action=\"#{action}\"><button name=\"#{name}\">#{text}</button></form>"
  end

  def notes(order)
    failed = order.status == "pending" && order.failed == 1
    note(failed ? "The payment failed. You can try again." : nil) + note(order.note)
  end

  def note(text) = text.nil? ? "" : "<p class=\"note\">#{Rack::Utils.escape_html(text)}</p>"
end

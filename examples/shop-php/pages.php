<?php

// The pages. They need no JavaScript.

declare(strict_types=1);

const MESSAGES = [
    'paid' => 'Thank you, your order is paid.',
    'pending' => 'We are waiting for your payment. If you have just paid, look again in a minute.',
    'cancelled' => 'You have not paid. Your order is kept.',
    'expired' => 'The time to pay is over. You can start again.',
    'refunded' => 'Your money was sent back.',
];

function page(string $title, string $content): string
{
    return <<<HTML
        <!DOCTYPE html>
        <html lang="en">
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>$title</title>
        <link rel="stylesheet" href="/shop.css">
        <header><a href="/">The coffee shop</a> <a href="/orders">Orders</a></header>
        <main><h1>$title</h1>
        $content
        </main></html>

        HTML;
}

function productPage(int $price): string
{
    $text = '<p>Arabica, roasted this week.</p><p class="price">' . money($price) . '</p>' . button('/orders', 'pay', 'Pay');
    return page('Coffee beans, 1 kg', $text);
}

function orderPage(Order $order, string $state): string
{
    $text = "<p data-status=\"$state\">" . MESSAGES[$state] . '</p>' . notes($order)
        . '<p>Coffee beans, 1 kg: ' . money($order->amount) . "</p><p class=\"muted\">Order $order->id</p>";
    $pay = in_array($state, ['paid', 'refunded'], true) ? '' : button("/orders/$order->id/pay", 'pay', 'Pay');
    return page('Your order', $text . $pay);
}

/** @param list<Order> $orders */
function ordersPage(array $orders): string
{
    $rows = '';
    foreach ($orders as $order) {
        $refund = button("/orders/$order->id/refund", 'refund', 'Refund') . note($order->refund_note);
        $rows .= "<tr data-order=\"$order->id\"><td><a href=\"/orders/$order->id\">" . substr($order->id, 0, 8) . '</a></td>'
            . "<td data-status=\"$order->status\">$order->status</td>"
            . '<td>' . money($order->amount) . '</td>'
            . "<td data-paid-count=\"$order->paid_count\">$order->paid_count</td>"
            . '<td>' . ($order->status === 'paid' ? $refund : '') . notes($order) . "</td></tr>\n";
    }
    $head = '<tr><th>Order</th><th>Status</th><th>Amount</th><th>Times paid</th><th></th></tr>';
    return page('Orders', "<table>\n$head\n$rows</table>");
}

/** 15000 is "15 000 F CFA"; the line does not break at its spaces. */
function money(int $amount): string
{
    return number_format($amount, 0, '', "\u{a0}") . "\u{a0}F\u{a0}CFA";
}

function button(string $action, string $name, string $text): string
{
    return "<form method=\"post\" action=\"$action\"><button name=\"$name\">$text</button></form>";
}

function notes(Order $order): string
{
    $failed = $order->status === 'pending' && $order->failed === 1;
    return note($failed ? 'The payment failed. You can try again.' : null) . note($order->note);
}

function note(?string $text): string
{
    return $text === null ? '' : '<p class="note">' . htmlspecialchars($text) . '</p>';
}

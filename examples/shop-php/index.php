<?php

// Every request comes here. shop.php says when an order is paid, payments.php talks to lomi.

declare(strict_types=1);

use LomiSDK\ApiException;
use LomiSDK\Webhook\{Receiver, Refusal};

// With display_errors, PHP answers 200 where an exception ends the script, and lomi. would not send the event again.
ini_set('display_errors', '0');

require __DIR__ . '/bootstrap.php';
require __DIR__ . '/pages.php';

const PRICE = 15000;

$payments = new Payments($lomi, $orders);
$path = strtok($_SERVER['REQUEST_URI'], '?');
$route = "{$_SERVER['REQUEST_METHOD']} $path";
$order = null;
if (preg_match('~^/orders/(\w+)(/\w+)?$~D', $path, $parts)) {
    $order = $orders->find($parts[1]);
    $route = $order === null ? 'unknown' : "{$_SERVER['REQUEST_METHOD']} /orders/{id}" . ($parts[2] ?? '');
}

try {
    match ($route) {
        'GET /' => show(productPage(PRICE)),
        'GET /shop.css' => style(),
        // The order is stored before the call: no payment comes for an order that the shop does not know.
        'POST /orders' => pay($payments, $order = $orders->add(PRICE)),
        'POST /orders/{id}/pay' => pay($payments, $order),
        // The buyer is back, or anyone: only the order's id is taken from the address, and lomi. is asked for the rest.
        'GET /orders/{id}' => show(orderPage($order, $payments->stateOf($order, isset($_GET['cancelled'])))),
        // In a shop of your own, the list and the refund are for the staff only.
        'GET /orders' => show(ordersPage($orders->all())),
        'POST /orders/{id}/refund' => refund($payments, $order),
        'POST /webhooks' => receive($inbox, $orders),
        default => show(page('Not found', '<p>There is no such page or order.</p>'), 404),
    };
} catch (ApiException $e) {
    error_log((string) $e);
    $link = $order === null ? 'this page' : "<a href=\"/orders/$order->id\">your order</a>";
    show(page('Please try again', "<p>The payment service does not answer. Nothing is lost: open $link again in a minute.</p>"), 503);
}

function show(string $page, int $status = 200): void
{
    http_response_code($status);
    header('Content-Type: text/html; charset=utf-8');
    header('Cache-Control: no-store');
    echo $page;
}

function style(): void
{
    header('Content-Type: text/css');
    readfile(dirname(__DIR__) . '/shop.css');
}

function redirect(string $url): void
{
    header("Location: $url", true, 303);
}

function pay(Payments $payments, Order $order): void
{
    redirect($payments->checkoutPage($order, getenv('SHOP_URL') . "/orders/$order->id"));
}

function refund(Payments $payments, Order $order): void
{
    $payments->refund($order);
    redirect('/orders');
}

/** 200 for an event that is or was handled, 400 without a valid signature. If onEvent fails, 500, and lomi. sends it again. */
function receive(LomiSDK\Inbox\Inbox $inbox, Orders $orders): void
{
    $event = (new Receiver())->receiveFromGlobals(); // LOMI_WEBHOOK_SECRET
    if ($event instanceof Refusal) {
        http_response_code($event->status);
        header('Content-Type: application/json');
        echo $event->body;
        return;
    }
    $inbox->handle($event, $orders->onEvent(...));
}

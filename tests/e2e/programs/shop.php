<?php

/**
 * A shop's server with lomi. in PHP. The browser tests run it.
 *
 *   shop.php create SHOP-URL      creates a session; prints its id and its page
 *   shop.php get ID               prints its status
 *   shop.php verify SIGNATURE     reads a delivery from standard input; prints its event
 */

declare(strict_types=1);

use LomiSDK\Exception\SignatureVerificationError;
use LomiSDK\LomiClient;
use LomiSDK\Webhooks;

function create(string $shop): array
{
    $session = (new LomiClient())->checkoutSessions->create([
        'amount' => 10000,
        'currency_code' => 'XOF',
        'title' => 'Panier du jour',
        'customer_name' => 'Awa Diop',
        'customer_phone' => '+221771234567',
        'success_url' => $shop . '/success?session={CHECKOUT_SESSION_ID}',
        'cancel_url' => $shop . '/cancel?session={CHECKOUT_SESSION_ID}',
    ]);
    return ['id' => $session->getCheckoutSessionId(), 'page' => $session->getCheckoutUrl()];
}

function get(string $id): array
{
    return ['status' => (new LomiClient())->checkoutSessions->get($id)->getStatus()];
}

function verify(string $signature): array
{
    try {
        $event = Webhooks::constructEvent((string) file_get_contents('php://stdin'), $signature);
    } catch (SignatureVerificationError $e) {
        return ['refused' => (new ReflectionClass($e))->getShortName()];
    }
    $data = $event->getData();
    return ['event' => $event->getEvent(), 'session' => $data['checkout_session_id']];
}

[, $command, $argument] = $argv;
echo json_encode(match ($command) {
    'create' => create($argument),
    'get' => get($argument),
    'verify' => verify($argument),
}, JSON_THROW_ON_ERROR), "\n";

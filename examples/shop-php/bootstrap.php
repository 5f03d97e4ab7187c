<?php

// What every script of the shop needs.

declare(strict_types=1);

use LomiSDK\Inbox\{Inbox, PdoStore};

// In your shop: `composer require lomi/lomi-frameworks`, and `require 'vendor/autoload.php'` instead of this function.
// The classes of the SDK itself are in the extension.
spl_autoload_register(function (string $class): void {
    $file = __DIR__ . '/../../bindings-php/frameworks/src' . strtr(str_replace('LomiSDK', '', $class), '\\', '/') . '.php';
    is_file($file) && require $file;
});
require __DIR__ . '/shop.php';
require __DIR__ . '/payments.php';

// Webhooks and pages come at once: a writer waits for the one before it, for up to 10 seconds.
$db = new PDO('sqlite:' . (getenv('SHOP_DATABASE') ?: __DIR__ . '/shop.sqlite3'), options: [PDO::ATTR_TIMEOUT => 10]);
$orders = new Orders($db);
$inbox = new Inbox(new PdoStore($db));
$lomi = new LomiSDK\LomiClient(); // LOMI_API_KEY and LOMI_BASE_URL

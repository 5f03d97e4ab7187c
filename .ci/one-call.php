<?php

/**
 * One call from PHP to a sandbox that it starts: that the extension loads and works on this system.
 *   php -d extension=lomi.so .ci/one-call.php SANDBOX
 */

declare(strict_types=1);

$server = proc_open([$argv[1], '--quiet', '--port', '0'], [1 => ['pipe', 'w']], $pipes);
try {
    $said = json_decode((string) fgets($pipes[1]), true, flags: JSON_THROW_ON_ERROR);
    $client = new LomiSDK\LomiClient($said['test_key'], ['base_url' => $said['url']]);
    $made = $client->checkoutSessions->create(['amount' => 5000, 'currency_code' => 'XOF', 'title' => 'Coffee']);
    $read = $client->checkoutSessions->get($made->getCheckoutSessionId());
    if ($read->getAmount() !== 5000 || !str_starts_with($made->getCheckoutUrl(), $said['url'] . '/')) {
        throw new RuntimeException("not what was created: {$read}");
    }
    echo "php: {$made->getCheckoutUrl()}\n";
} finally {
    proc_terminate($server);
    proc_close($server);
}

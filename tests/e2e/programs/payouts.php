<?php

/**
 * Pays out once for each line of standard input, as a program that decides at once.
 *
 * A line is {"amount": ..., "key": ...}; what comes of it is printed as one line.
 */

declare(strict_types=1);

use LomiSDK\Exception\LomiError;
use LomiSDK\LomiClient;

$client = new LomiClient(null, ['max_retries' => 4]);
while (($line = fgets(STDIN)) !== false) {
    $order = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
    try {
        $payout = $client->payouts->create(
            [
                'amount' => $order['amount'],
                'currency_code' => 'XOF',
                'destination' => 'beneficiary',
                'rail' => 'wave',
            ],
            ['idempotency_key' => $order['key'], 'confirm' => static fn (): bool => true],
        );
        echo json_encode(['id' => $payout->getPayoutId()], JSON_THROW_ON_ERROR), "\n";
    } catch (LomiError $error) {
        echo json_encode(['error' => $error->getKind(), 'outcome' => $error->getOutcome()], JSON_THROW_ON_ERROR), "\n";
    }
}

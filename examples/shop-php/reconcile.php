<?php

// Brings the events that no webhook has brought, once. Run it at every start and every few minutes, by cron.

declare(strict_types=1);

require __DIR__ . '/bootstrap.php';

// `since` is for the first run; later ones continue where the last one ended.
$handled = $inbox->reconcile($lomi, $orders->onEvent(...), since: new DateTimeImmutable('-30 days'));
echo "$handled events were handed over\n";

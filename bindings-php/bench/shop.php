<?php

/**
 * A request to a shop under php-fpm: makes a session, and says how long that took as JSON.
 * BENCH_CLIENT and BENCH_URL name the client and the server.
 */

declare(strict_types=1);

require __DIR__ . '/clients.php';

$start = hrtime(true);
$session = make($_SERVER['BENCH_CLIENT'], $_SERVER['BENCH_URL'])['create']();
echo json_encode(['ms' => (hrtime(true) - $start) / 1e6, 'session' => $session, 'worker' => getmypid()]);

<?php

// Creates the tables where there are none. Run it with every new version of the shop.

declare(strict_types=1);

require __DIR__ . '/bootstrap.php';

$db->exec('PRAGMA journal_mode = WAL'); // pages can be read while an event is written
$db->exec("CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, amount INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'pending', note TEXT,
    attempt INTEGER NOT NULL DEFAULT 1, session_id TEXT, checkout_url TEXT, failed INTEGER NOT NULL DEFAULT 0,
    transaction_id TEXT, paid_count INTEGER NOT NULL DEFAULT 0, refund_id TEXT, refund_call TEXT, refund_note TEXT
)");
$inbox->createTable();

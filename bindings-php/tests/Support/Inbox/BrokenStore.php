<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support\Inbox;

use LomiSDK\Inbox\PdoStore;
use LomiSDK\Inbox\Store;
use PDO;

/** Marks events in a transaction of its own, `mark-first` or `mark-last`: what a test of crashes must notice. */
final class BrokenStore implements Store
{
    public function __construct(private PdoStore $store, private PDO $pdo, private string $order)
    {
    }

    public function handle(string $key, string $name, string $source, ?string $cursor, callable $work): bool
    {
        $mark = fn (): bool => $this->store->handle($key, $name, $source, null, fn () => null);
        if ($this->order === 'mark-first' && !$mark()) {
            return false;
        }
        $this->pdo->beginTransaction();
        $work($this->pdo);
        $this->pdo->commit();
        $new = $this->order === 'mark-first' || $mark();
        if ($cursor !== null) {
            $this->store->storeCursor($cursor);
        }
        return $new;
    }

    public function createTable(): void
    {
        $this->store->createTable();
    }

    public function loadCursor(): ?string
    {
        return $this->store->loadCursor();
    }

    public function storeCursor(string $cursor): void
    {
        $this->store->storeCursor($cursor);
    }

    public function deleteBefore(int $time): int
    {
        return $this->store->deleteBefore($time);
    }
}

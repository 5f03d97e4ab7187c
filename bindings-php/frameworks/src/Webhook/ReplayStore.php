<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

/** Where a guard remembers keys. */
interface ReplayStore
{
    /**
     * Remembers a key for so many seconds: true if it is new, false if it was known. This must be one step
     * (set if absent), so that of two processes one is told true.
     */
    public function remember(string $key, int $ttl): bool;

    /** Forgets a key. */
    public function forget(string $key): void;
}

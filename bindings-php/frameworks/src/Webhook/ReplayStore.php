<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

/** The storage of a guard. */
interface ReplayStore
{
    /**
     * Stores a key for a number of seconds: true if it is new, false if it was stored. This must be one step
     * (set if absent), so that only one of two processes gets true.
     */
    public function remember(string $key, int $ttl): bool;

    /** Deletes a key. */
    public function forget(string $key): void;
}

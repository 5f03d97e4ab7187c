<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

/** Keys in the memory of this process: for tests, and where there is only one worker. */
final class MemoryStore implements ReplayStore
{
    /** @var array<string, int> the end of its time by key, the oldest first */
    private array $until = [];

    /** @param int $size how many keys; the oldest go first */
    public function __construct(private int $size = 10_000)
    {
    }

    public function remember(string $key, int $ttl): bool
    {
        if (($this->until[$key] ?? 0) > time()) {
            return false;
        }
        unset($this->until[$key]);
        $this->until[$key] = time() + $ttl;
        if (count($this->until) > $this->size) {
            unset($this->until[array_key_first($this->until)]);
        }
        return true;
    }

    public function forget(string $key): void
    {
        unset($this->until[$key]);
    }
}

<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

use Closure;

/** A store of two functions, such as those of Laravel's cache: `Cache::add(...)` and `Cache::forget(...)`. */
final class CallbackStore implements ReplayStore
{
    /**
     * @param Closure(string, int): bool $remember sets a key if it is absent; false if it was there
     * @param Closure(string): mixed $forget removes a key
     */
    public function __construct(private Closure $remember, private Closure $forget)
    {
    }

    public function remember(string $key, int $ttl): bool
    {
        return ($this->remember)($key, $ttl);
    }

    public function forget(string $key): void
    {
        ($this->forget)($key);
    }
}

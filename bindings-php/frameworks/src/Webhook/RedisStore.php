<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

use LomiSDK\Exception\ConfigurationError;

/** Keys in Redis, with a client of phpredis, Relay or Predis. */
final class RedisStore implements ReplayStore
{
    private bool $predis;

    public function __construct(private object $client, private string $prefix = '')
    {
        $this->predis = $client instanceof \Predis\ClientInterface;
        $others = [\Redis::class, \RedisCluster::class, 'Relay\\Relay'];
        if (!$this->predis && !array_filter($others, fn (string $class): bool => $client instanceof $class)) {
            // Another client may not understand NX, and then every delivery would be new.
            throw new ConfigurationError('RedisStore takes a client of phpredis, Relay or Predis; for another one use a '
                . 'CallbackStore that does SET key 1 NX EX ttl');
        }
    }

    public function remember(string $key, int $ttl): bool
    {
        $key = $this->prefix . $key;
        $answer = $this->predis
            ? $this->client->set($key, '1', 'EX', $ttl, 'NX')
            : $this->client->set($key, '1', ['nx', 'ex' => $ttl]);
        return $this->predis ? (string) $answer === 'OK' : $answer === true;
    }

    public function forget(string $key): void
    {
        $this->client->del($this->prefix . $key);
    }
}

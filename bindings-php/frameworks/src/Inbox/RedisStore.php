<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Internal\Messages;
use RedisException;
use RuntimeException;
use Throwable;

/**
 * Marks in Redis, with a client of phpredis or Predis. Redis has no transaction that lasts while a handler
 * works: the event is claimed for a lease, the handler queues its commands in a RedisTransaction, and one script runs
 * them together with the mark. A process that is killed in the handler leaves its claim until the lease ends.
 *
 *     $inbox = new Inbox(new RedisStore($redis));
 *
 * Redis must save its data (appendonly), or marks and effects are lost with it. In a cluster, all keys of an event must be
 * in one slot: choose a prefix with a hash tag.
 */
final class RedisStore implements Store
{
    /** For how many seconds at most to pause before asking for a claim again. */
    private const LONGEST_PAUSE = 0.25;

    private const GET = "return redis.call('GET', KEYS[1])";
    private const SET = "redis.call('SET', KEYS[1], ARGV[1]) return 1";

    private bool $predis;
    private float $wait;

    /**
     * @param \Redis|\Predis\ClientInterface $client without a prefix of its own
     * @param string $prefix with which the keys of the marks begin
     * @param int|float $leaseSeconds for how long an event belongs to the process that handles it: longer than any
     *     handler takes
     * @param int $keepDays for how long a handled event is kept
     * @param int|float|null $waitSeconds for how long to wait while another process works on the event; by default
     *     until its lease must have ended
     * @throws ConfigurationError for another client, or one with a prefix
     */
    public function __construct(
        private object $client,
        private string $prefix = Statements::REDIS_PREFIX,
        private int|float $leaseSeconds = Statements::REDIS_LEASE,
        private int $keepDays = Statements::KEEP_DAYS,
        int|float|null $waitSeconds = null,
    ) {
        $this->predis = $client instanceof \Predis\ClientInterface;
        if (!$this->predis && !$client instanceof \Redis) {
            throw new ConfigurationError('RedisStore takes a client of phpredis or Predis');
        }
        $this->wait = (float) ($waitSeconds ?? $leaseSeconds + 1);
        $positive = ['leaseSeconds' => $leaseSeconds - 0.001, 'keepDays' => $keepDays, 'waitSeconds' => $this->wait];
        foreach ($positive as $name => $value) {
            if (!($value > 0 && $value < 1e6)) {
                throw new ConfigurationError("$name must be a number above 0 and below a million");
            }
        }
        $own = $this->predis ? (string) ($client->getOptions()->prefix?->getPrefix() ?? '') : (string) $client->getOption(\Redis::OPT_PREFIX);
        if ($own !== '') {
            // The client would add it to the keys of the marks, and not to those of the handler's commands.
            throw new ConfigurationError("RedisStore takes a client without a prefix, because keys of queued commands would not get '$own'");
        }
    }

    public function createTable(): void
    {
    }

    public function handle(string $key, string $name, string $source, ?string $cursor, callable $work): bool
    {
        $event = $this->prefix . $key;
        $token = bin2hex(random_bytes(16));
        if (!$this->claim($event, $token)) {
            return false;
        }
        $transaction = new RedisTransaction();
        try {
            $work($transaction);
            $values = [$token, (string) ($this->keepDays * 86400), $cursor ?? '', $transaction->end()];
            if ((int) $this->run(Statements::REDIS_COMPLETE, [$event, $this->cursorKey()], $values) === 1) {
                return true;
            }
        } catch (Throwable $error) {
            $transaction->end();
            $this->release($event, $token);
            throw $error;
        }
        throw new InboxLeaseLostError(Messages::text('inbox_lease_lost', ['lease' => $this->leaseSeconds]));
    }

    public function loadCursor(): ?string
    {
        $cursor = $this->run(self::GET, [$this->cursorKey()], []);
        return is_string($cursor) ? $cursor : null;
    }

    public function storeCursor(string $cursor): void
    {
        $this->run(self::SET, [$this->cursorKey()], [$cursor]);
    }

    /** Redis deletes marks by itself, `keepDays` after their event. */
    public function deleteBefore(int $time): int
    {
        return 0;
    }

    private function cursorKey(): string
    {
        return $this->prefix . Statements::CURSOR_KEY;
    }

    /** Claims an event once no other process works on it; false if it was handled. */
    private function claim(string $event, string $token): bool
    {
        $deadline = microtime(true) + $this->wait;
        $lease = (string) (int) ceil($this->leaseSeconds * 1000);
        for ($pause = 0.01; ; $pause = min(2 * $pause, self::LONGEST_PAUSE)) {
            $answer = (int) $this->run(Statements::REDIS_CLAIM, [$event], [$token, $lease]);
            if ($answer <= 0) {
                return $answer === 0;
            }
            $busyFor = $answer / 1000;
            $rest = $deadline - microtime(true);
            if ($rest <= 0) {
                $times = ['waited' => $this->wait, 'remaining' => $busyFor];
                throw new InboxBusyError(Messages::text('inbox_busy', $times), $busyFor);
            }
            usleep((int) ceil(min($busyFor, $rest, $pause) * 1e6));
        }
    }

    private function release(string $event, string $token): void
    {
        try {
            $this->run(Statements::REDIS_RELEASE, [$event], [$token]);
        } catch (Throwable) {
            // A lost connection: the claim ends with its lease. The error before is the one to know.
        }
    }

    /**
     * @param list<string> $keys
     * @param list<string> $values
     */
    private function run(string $script, array $keys, array $values): mixed
    {
        if ($this->predis) {
            $response = $this->client->eval($script, count($keys), ...$keys, ...$values);
            if ($response instanceof \Predis\Response\ErrorInterface) {
                throw new RuntimeException($response->getMessage()); // with the option `exceptions` off
            }
            return $response;
        }
        if ($this->client->getMode() !== \Redis::ATOMIC) {
            throw new ConfigurationError('the client of RedisStore is in a transaction or a pipeline: end it first');
        }
        $this->client->clearLastError();
        $response = $this->client->eval($script, [...$keys, ...$values], count($keys));
        $error = $this->client->getLastError();
        if ($error !== null) {
            throw new RedisException($error);
        }
        return $response;
    }
}

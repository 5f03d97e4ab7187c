<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

/** The local lomi. API, one for all tests of a run. */
final class Sandbox
{
    private static ?self $running = null;

    public readonly string $url;
    public readonly string $key;
    public readonly string $liveKey;
    public readonly string $webhookSecret;

    private function __construct(private Process $process)
    {
        $said = json_decode($process->firstLine, true, 8, JSON_THROW_ON_ERROR);
        $this->url = $said['url'];
        $this->key = $said['test_key'];
        $this->liveKey = $said['live_key'];
        $this->webhookSecret = $said['webhook_secret'];
    }

    public static function shared(): self
    {
        return self::$running ??= self::start();
    }

    public static function start(string ...$arguments): self
    {
        $binary = getenv('LOMI_SANDBOX') ?: dirname(__DIR__, 3) . '/target/debug/lomi-sandbox';
        return new self(new Process([$binary, '--port', '0', '--quiet', ...$arguments]));
    }
}

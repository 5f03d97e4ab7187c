<?php

declare(strict_types=1);

namespace LomiSDK\Testing;

use LomiSDK\LomiClient;
use RuntimeException;

/**
 * The lomi. API on your own machine, for tests:
 *
 *     $sandbox = Sandbox::start();
 *     $session = $sandbox->client()->checkoutSessions->create(['amount' => 5000, 'currency_code' => 'XOF']);
 *     $sandbox->pay($session->getCheckoutSessionId());
 *
 * It runs the program of LOMI_SANDBOX, else `lomi-sandbox` on the PATH, and stops when the object is destroyed.
 */
final class Sandbox
{
    public readonly string $url;
    public readonly string $key;
    public readonly string $liveKey;
    public readonly string $webhookSecret;

    /**
     * @param resource|null $process
     * @param resource $stdin kept open as long as it shall run
     */
    private function __construct(private mixed $process, private mixed $stdin, string $hello)
    {
        $said = json_decode($hello, true, 8, JSON_THROW_ON_ERROR);
        $this->url = $said['url'];
        $this->key = $said['test_key'];
        $this->liveKey = $said['live_key'];
        $this->webhookSecret = $said['webhook_secret'];
    }

    /**
     * Starts one on a free port.
     *
     * @param list<string> $arguments more of the program's, `['--webhook-url', $url]` for instance
     */
    public static function start(array $arguments = [], ?string $binary = null): self
    {
        $binary ??= self::find();
        // It stops when its standard input closes, which also happens when this process is killed.
        $command = [$binary, '--port', '0', '--quiet', '--until-stdin-closes', ...$arguments];
        $process = @proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
        $hello = $process === false ? false : fgets($pipes[1]);
        if ($hello === false) {
            throw new RuntimeException("$binary did not start");
        }
        return new self($process, $pipes[0], $hello);
    }

    /** The path of the program. */
    public static function find(): string
    {
        $named = (string) getenv('LOMI_SANDBOX');
        if ($named !== '') {
            return $named;
        }
        $places = array_map(fn (string $folder) => "$folder/lomi-sandbox", explode(PATH_SEPARATOR, (string) getenv('PATH')));
        $places[] = dirname(__DIR__, 4) . '/target/debug/lomi-sandbox'; // in the repository of the SDK itself
        foreach ($places as $place) {
            if (is_file($place) && is_executable($place)) {
                return $place;
            }
        }
        throw new RuntimeException('lomi-sandbox is neither on the PATH nor named by LOMI_SANDBOX; it comes with each release of the SDK');
    }

    /** A client of its test environment. */
    public function client(): LomiClient
    {
        return new LomiClient($this->key, ['base_url' => $this->url]);
    }

    /** Pays a session as a buyer does, with Wave by default; returns the transaction. */
    public function pay(string $sessionId, ?string $provider = null): array
    {
        return $this->act($sessionId, 'pay', $provider);
    }

    /** Makes a payment fail; the session stays open. */
    public function fail(string $sessionId, ?string $provider = null): array
    {
        return $this->act($sessionId, 'fail', $provider);
    }

    /** Starts a payment and leaves it pending; pay() or fail() ends it. */
    public function pending(string $sessionId, ?string $provider = null): array
    {
        return $this->act($sessionId, 'pending', $provider);
    }

    /** Expires an open session now. */
    public function expire(string $sessionId): void
    {
        $this->control('POST', 'sessions/' . rawurlencode($sessionId) . '/expire');
    }

    /** Moves its clock: `61m`, `2h`, `90s`. Sessions expire, webhooks are sent again. */
    public function advanceClock(string $by): void
    {
        $this->control('POST', 'clock', ['advance' => $by]);
    }

    /** The webhooks that were sent, newest first, each with its attempts. */
    public function deliveries(): array
    {
        return $this->control('GET', 'deliveries')['deliveries'];
    }

    /** Calls the control API, for what has no method here. */
    public function control(string $method, string $path, array $body = []): array
    {
        $context = stream_context_create(['http' => [
            'method' => $method,
            'header' => 'Content-Type: application/json',
            'content' => $method === 'GET' ? '' : json_encode((object) $body, JSON_THROW_ON_ERROR),
            'ignore_errors' => true,
            'timeout' => 10,
        ]]);
        $said = @file_get_contents("$this->url/_sandbox/$path", false, $context);
        $status = (int) substr($http_response_header[0] ?? '', 9, 3);
        if ($said === false || $status !== 200) {
            throw new RuntimeException("lomi-sandbox: $method $path: $status: $said", $status);
        }
        return json_decode($said, true, 512, JSON_THROW_ON_ERROR);
    }

    /** Stops the sandbox. */
    public function stop(): void
    {
        if ($this->process !== null) {
            proc_terminate($this->process);
            proc_close($this->process);
            $this->process = null;
        }
    }

    public function __destruct()
    {
        $this->stop();
    }

    private function act(string $sessionId, string $action, ?string $provider): array
    {
        $body = $provider === null ? [] : ['provider' => $provider];
        return $this->control('POST', 'sessions/' . rawurlencode($sessionId) . "/$action", $body)['transaction'];
    }
}

<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

/** A server that sends the responses of a test, and records the requests. */
final class FaultServer
{
    private Process $process;
    private string $folder;
    public readonly string $url;

    /**
     * @param list<array{status?: int, headers?: array<string, string>, body?: string, base64?: string, raw?: string, first?: string, wait?: float}> $responses
     *        One per request; the last one is repeated. `first` is sent before the wait, `raw` in place of the
     *        response, and then the connection is closed.
     * @param array<string, mixed>|null $tls what PHP's stream contexts call ssl: the server speaks TLS, and is a proxy
     */
    public function __construct(array $responses, ?array $tls = null)
    {
        $this->folder = sys_get_temp_dir() . '/lomi-fault-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        file_put_contents("$this->folder/responses.json", json_encode($responses, JSON_THROW_ON_ERROR));
        if ($tls !== null) {
            file_put_contents("$this->folder/tls.json", json_encode($tls, JSON_THROW_ON_ERROR));
        }
        $this->process = new Process([PHP_BINARY, '-n', __DIR__ . '/fault-server.php', $this->folder]);
        $this->url = $this->process->firstLine;
    }

    /** One JSON response for every request. */
    public static function json(string $body, int $status = 200, array $headers = []): self
    {
        return new self([['status' => $status, 'body' => $body, 'headers' => $headers + ['Content-Type' => 'application/json']]]);
    }

    /** @return list<array{method: string, path: string, headers: array<string, string>, body: string, connection: int, certificate: ?string}> the name in the client's certificate, '' for none */
    public function requests(): array
    {
        $lines = explode("\n", (string) @file_get_contents("$this->folder/requests.jsonl"));
        // What follows the last line break is a line that is still being written.
        return array_map(fn (string $line) => json_decode($line, true), array_slice($lines, 0, -1));
    }

    public function __destruct()
    {
        unset($this->process);
        array_map('unlink', glob("$this->folder/*") ?: []);
        rmdir($this->folder);
    }
}

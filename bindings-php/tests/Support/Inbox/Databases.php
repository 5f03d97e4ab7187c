<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support\Inbox;

/** PostgreSQL, MariaDB and Redis on loopback, ended with this object; and a folder for SQLite. */
final class Databases
{
    /** @var resource */
    private $process;

    /** @var array<int, resource> the databases end when the first of them is closed */
    private array $pipes = [];

    /** @var array<string, array<string, string|int>> where they are, as tests/databases/start.py says it */
    public readonly array $servers;

    public function __construct(string ...$names)
    {
        $script = dirname(__DIR__, 4) . '/tests/databases/start.py';
        $this->process = proc_open(['python3', $script, ...$names], [['pipe', 'r'], ['pipe', 'w'], STDERR], $this->pipes);
        $this->servers = json_decode((string) fgets($this->pipes[1]), true, 8, JSON_THROW_ON_ERROR);
    }

    public function __destruct()
    {
        array_map(fclose(...), $this->pipes);
        proc_close($this->process);
    }
}

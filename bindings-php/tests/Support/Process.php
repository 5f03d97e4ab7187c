<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

/** A child process that says in its first line where it listens. Ended with its object. */
final class Process
{
    /** @var resource */
    private $process;

    /** @var array<int, resource> */
    private array $pipes = [];

    public readonly string $firstLine;

    /** @param list<string> $command */
    public function __construct(array $command)
    {
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => STDERR], $this->pipes);
        if ($process === false) {
            throw new \RuntimeException("cannot start {$command[0]}");
        }
        $this->process = $process;
        $line = fgets($this->pipes[1]);
        if ($line === false) {
            throw new \RuntimeException("{$command[0]} did not start");
        }
        $this->firstLine = trim($line);
    }

    /** The next line that it says. */
    public function line(): string
    {
        return trim((string) fgets($this->pipes[1]));
    }

    public function __destruct()
    {
        proc_terminate($this->process);
        proc_close($this->process);
    }

    /** Runs PHP with the extension loaded; gives what it prints. */
    public static function php(string $code, array $arguments = [], array $environment = []): string
    {
        $command = [PHP_BINARY, '-n', ...self::extensions(), ...$arguments, '-r', $code];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null, $environment + getenv());
        $printed = stream_get_contents($pipes[1]);
        proc_close($process);
        return (string) $printed;
    }

    /** @return list<string> */
    public static function extensions(): array
    {
        return ['-d', 'extension=' . self::library(), '-d', 'extension=posix'];
    }

    public static function library(): string
    {
        return getenv('LOMI_PHP_EXTENSION') ?: dirname(__DIR__, 3) . '/target/debug/liblomi_php.so';
    }
}

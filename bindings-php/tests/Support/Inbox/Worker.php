<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support\Inbox;

use LomiSDK\Tests\Support\Process;

/** A running work.php, and the lines that it has printed. */
final class Worker
{
    private const EXTENSIONS = [
        'sqlite' => ['pdo', 'pdo_sqlite'],
        'pgsql' => ['pdo', 'pdo_pgsql'],
        'mysql' => ['mysqlnd', 'pdo', 'pdo_mysql'],
        'redis' => ['igbinary', 'redis'],
    ];

    /** @var resource */
    private $process;

    /** @var resource */
    private $output;

    private string $rest = '';

    /** @var list<string> */
    public array $lines = [];

    /** Whether it has ended, by itself or killed. */
    public bool $ended = false;

    /** @param list<array<string, mixed>> $deliveries for the mode `webhooks` */
    public function __construct(array $settings, array $deliveries = [])
    {
        $extensions = array_map(fn (string $name): array => ['-d', "extension=$name"], self::EXTENSIONS[$settings['shop'][0]] ?? []);
        // Without php.ini it starts in half of the time; Laravel needs more of PHP.
        $start = $extensions === [] ? [] : ['-n', ...array_merge(...$extensions)];
        $command = [PHP_BINARY, ...$start, '-d', 'extension=' . Process::library(), __DIR__ . '/work.php', json_encode($settings)];
        // A file, because a pipe would block where it is full.
        $input = tmpfile();
        foreach ($deliveries as $delivery) {
            fwrite($input, json_encode($delivery) . "\n");
        }
        rewind($input);
        $this->process = proc_open($command, [$input, ['pipe', 'w'], STDERR], $pipes);
        $this->output = $pipes[1];
        stream_set_blocking($this->output, false);
    }

    /**
     * Waits until one of them prints something or ends, for at most so many seconds, and reads it.
     *
     * @param array<self> $workers
     */
    public static function wait(array $workers, float $seconds): void
    {
        $read = array_map(fn (self $worker) => $worker->output, $workers);
        $none = null;
        $seconds = min($seconds, 1);
        if (stream_select($read, $none, $none, (int) $seconds, (int) (fmod($seconds, 1) * 1e6)) > 0) {
            foreach (array_keys($read) as $number) {
                $workers[$number]->read();
            }
        }
    }

    private function read(): void
    {
        $parts = explode("\n", $this->rest . fread($this->output, 65536));
        $this->rest = array_pop($parts);
        array_push($this->lines, ...$parts);
        $this->ended = feof($this->output);
    }

    /** How many times it has printed a step; `handled` also stands for `repeated`. */
    public function count(string $step): int
    {
        $steps = array_count_values(array_map(fn (string $line) => strtok($line, ' '), $this->lines));
        return ($steps[$step] ?? 0) + ($step === 'handled' ? $steps['repeated'] ?? 0 : 0);
    }

    /** Waits until it has printed so many lines, or has ended. */
    public function readLines(int $count, float $seconds = 20): void
    {
        $deadline = microtime(true) + $seconds;
        while (count($this->lines) < $count && !$this->ended) {
            self::wait([$this], 0.1);
            if (microtime(true) > $deadline) {
                throw new \RuntimeException("the worker has printed too little in $seconds s: " . json_encode($this->lines));
            }
        }
    }

    /** Ends it by SIGKILL; returns whether it was still running. */
    public function kill(): bool
    {
        proc_terminate($this->process, SIGKILL);
        $this->readLines(PHP_INT_MAX);
        for ($status = proc_get_status($this->process); $status['running']; $status = proc_get_status($this->process)) {
            usleep(100);
        }
        return $status['signaled'] && $status['termsig'] === SIGKILL;
    }

    /** Waits for its end; returns its lines. */
    public function finish(): array
    {
        $this->readLines(PHP_INT_MAX);
        return $this->lines;
    }

    public function __destruct()
    {
        proc_terminate($this->process, SIGKILL);
        fclose($this->output);
        proc_close($this->process);
    }
}

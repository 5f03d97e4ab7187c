<?php

/**
 * The work of one client in a process of its own: prints what it took as JSON.
 *
 *   php client.php CLIENT TASK URL CALLS WARM-UP
 *
 * `cpu` is client CPU per call (user and system), `p50` and `p99` are how long one call took; all
 * in microseconds. A task is a call of clients.php, `pages` (10,000 rows, two fields read), or
 * `at-once-64` or `at-once-1000`: so many `get` under way, for which there is no time of one call.
 * `once` makes a session and prints its id; `memory` and `growth` print figures of their own.
 */

declare(strict_types=1);

require __DIR__ . '/clients.php';

[, $name, $task, $url] = $argv;
[$calls, $warm] = [(int) ($argv[4] ?? 1), (int) ($argv[5] ?? 0)];

function cpu(): float
{
    $usage = getrusage();
    return ($usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec']) * 1e6 + $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec'];
}

/** Memory of this process in bytes. */
function held(): int
{
    preg_match('/VmRSS:\s+(\d+)/', (string) file_get_contents('/proc/self/status'), $found);
    return 1024 * (int) $found[1];
}

/** @return list<int> how long each took, in nanoseconds */
function oneByOne(callable $call, int $number): array
{
    $taken = [];
    for ($at = 0; $at < $number; $at++) {
        $start = hrtime(true);
        $call();
        $taken[] = hrtime(true) - $start;
    }
    return $taken;
}

function field(mixed $row, string $name): mixed
{
    return is_array($row) ? $row[$name] : $row->{'get' . ucfirst($name)}();
}

function measured(string $name, string $task, string $url, int $calls, int $warm): array
{
    $client = make($name, $url);
    $client['pages'] = function () use ($client) {
        $rows = 0;
        foreach ($client['walk']() as $row) {
            $rows += field($row, 'status') && field($row, 'amount') > 0 ? 1 : 0;
        }
        return $rows === 10_000 ? $rows : throw new RuntimeException("$rows rows");
    };
    $size = 1;
    $call = $client[$task] ?? null;
    if (sscanf($task, 'at-once-%d', $size) === 1) {
        $call = fn () => count($client['at-once']($size)) === $size ?: throw new RuntimeException('too few');
    }
    oneByOne($call, intdiv($warm + $size - 1, $size));
    $before = cpu();
    $taken = oneByOne($call, intdiv($calls, $size));
    $used = cpu() - $before;
    sort($taken);
    $at = fn (int $part) => $size === 1 ? $taken[intdiv(count($taken) * $part, 100)] / 1e3 : null;
    return ['cpu' => $used / count($taken) / $size, 'p50' => $at(50), 'p99' => $at(99)];
}

/** Memory and descriptors after so many calls. */
function memory(string $name, string $url, int $calls): array
{
    $client = make($name, $url);
    $figures = [];
    $made = 0;
    foreach ([0, 1, 1_000, 10_000] as $goal) {
        for (; $made < min($goal, $calls); $made++) {
            $client['get']();
        }
        if ($goal <= $calls) {
            $figures[] = ['calls' => $goal, 'memory' => held(), 'open' => count(scandir('/proc/self/fd')) - 3];
        }
    }
    return $figures;
}

/** How much memory a walk through so many rows takes that one page did not. */
function growth(string $name, string $url, int $calls): array
{
    $client = make($name, "$url/rows-$calls");
    for ($at = 0; $at < 3; $at++) {
        $client['list']();
    }
    $before = $most = held();
    $rows = 0;
    foreach ($client['walk']() as $row) {
        if (++$rows % 100 === 50) {
            $most = max($most, held());
        }
    }
    return $rows === $calls ? ['rows' => $rows, 'grown' => $most - $before] : throw new RuntimeException("$rows rows");
}

if ($task === 'once') {
    echo make($name, $url)['create'](), "\n";
    exit;
}
echo json_encode(match ($task) {
    'memory', 'growth' => $task($name, $url, $calls),
    default => measured($name, $task, $url, $calls, $warm),
}), "\n";

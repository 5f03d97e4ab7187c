<?php

/**
 * What a call costs: ours and the peers, in one run. Client CPU in microseconds per call,
 * medians; the server runs on the other core. Then the memory of one php-fpm worker over
 * many calls, and the size of the library. Run it after a build as it is shipped:
 *
 *   cargo build --profile dist -p lomi-php
 *   php bindings-php/bench/run.php target/dist/liblomi_php.so [runs] [calls of the worker]
 */

declare(strict_types=1);

$library = realpath($argv[1] ?? 'target/dist/liblomi_php.so') ?: exit("bench: build first: cargo build --profile dist -p lomi-php\n");
$runs = (int) ($argv[2] ?? 5);
$workerCalls = (int) ($argv[3] ?? 100_000);
$server = proc_open(['taskset', '-c', '1', PHP_BINARY, '-n', __DIR__ . '/server.php'], [1 => ['pipe', 'w']], $pipes);
$url = trim((string) fgets($pipes[1]));

/** @param list<string> $arguments */
function measured(array $arguments, string $library): float
{
    $command = ['taskset', '-c', '0', PHP_BINARY, '-d', "extension=$library", __DIR__ . '/client.php', ...$arguments];
    return (float) shell_exec(implode(' ', array_map('escapeshellarg', $command)));
}

function median(array $values): float
{
    sort($values);
    return $values[intdiv(count($values), 2)];
}

$tasks = ['create' => 1500, 'get' => 1500, 'list' => 300];
$clients = ['lomi', 'documented', 'ext-curl', 'guzzle', 'generated'];
$found = [];
for ($run = 0; $run < $runs; $run++) {
    foreach ($tasks as $task => $calls) {
        foreach ($clients as $client) {
            $found[$client][$task][] = measured([$client, $task, (string) $calls, $url], $library);
        }
    }
    $found['wall']['pool'][] = measured(['lomi', 'pool', '1', $url], $library);
    $found['wall']['sequence'][] = measured(['lomi', 'sequence', '30', $url], $library);
    foreach (['bare' => [], 'loaded' => ['-d', "extension=$library"]] as $start => $options) {
        $code = '$u = getrusage(); $s = file_get_contents("/proc/self/status"); preg_match("/VmRSS:\s+(\d+)/", $s, $m); echo ($u["ru_utime.tv_sec"] + $u["ru_stime.tv_sec"]) * 1e6 + $u["ru_utime.tv_usec"] + $u["ru_stime.tv_usec"], " ", $m[1];';
        $said = (string) shell_exec(implode(' ', array_map('escapeshellarg', [PHP_BINARY, '-n', ...$options, '-r', $code])));
        [$cpu, $rss] = explode(' ', $said);
        $found["start $start"]['cpu'][] = (float) $cpu;
        $found["start $start"]['rss'][] = (float) $rss;
    }
}
proc_terminate($server);
$growth = $workerCalls > 0 ? json_decode((string) shell_exec(implode(' ', array_map('escapeshellarg', [PHP_BINARY, __DIR__ . '/growth.php', $library, (string) $workerCalls]))), true, 8, JSON_THROW_ON_ERROR) : null;

printf("%-12s%10s%10s%10s\n", 'client', ...array_keys($tasks));
foreach ($clients as $client) {
    printf("%-12s%10.0f%10.0f%10.0f\n", $client, ...array_map(fn ($task) => median($found[$client][$task]), array_keys($tasks)));
}
$of = fn (string $client, string $task) => median($found[$client][$task]);
$bars = [
    ['create, of ext-curl', $of('lomi', 'create') / $of('ext-curl', 'create'), 1.2],
    ['get, of ext-curl', $of('lomi', 'get') / $of('ext-curl', 'get'), 1.2],
    ['create, of Guzzle', $of('lomi', 'create') / $of('guzzle', 'create'), 0.4],
    ['get, of Guzzle', $of('lomi', 'get') / $of('guzzle', 'get'), 0.4],
    ['create, of the generated client', $of('lomi', 'create') / $of('generated', 'create'), 0.25],
    ['get, of the generated client', $of('lomi', 'get') / $of('generated', 'get'), 0.25],
    ['list of 100, of the generated client', $of('lomi', 'list') / $of('generated', 'list'), 0.12],
    ['list of 100, of ext-curl', $of('lomi', 'list') / $of('ext-curl', 'list'), 1.0],
    ['64 by pool, of one by one (wall)', $of('wall', 'pool') / $of('wall', 'sequence'), 0.2],
    ['start over bare, ms', ($of('start loaded', 'cpu') - $of('start bare', 'cpu')) / 1000, 3],
    ['start over bare, MiB', ($of('start loaded', 'rss') - $of('start bare', 'rss')) / 1024, 3],
    ['size, MB', filesize($library) / 1e6, 6],
];
if ($growth) {
    echo "one php-fpm worker, {$growth['calls']} calls: memory {$growth['memory'][0]} to {$growth['memory'][1]} bytes, RSS {$growth['rss'][0]} to {$growth['rss'][1]} KiB\n";
    // A heap that settles takes a few pages once, now and then, which may miss the second bar.
    $bars[] = ['growth of one worker, bytes a call', ($growth['memory'][1] - $growth['memory'][0]) / $growth['calls'], 0];
    $bars[] = ['growth of its RSS, bytes a call', 1024 * ($growth['rss'][1] - $growth['rss'][0]) / $growth['calls'], 1];
}
$missed = 0;
foreach ($bars as [$what, $is, $most]) {
    $missed += $is > $most;
    printf("%-40s%8.2f  at most %.2f  %s\n", $what, $is, $most, $is > $most ? 'MISSED' : 'ok');
}
exit($missed ? 1 : 0);

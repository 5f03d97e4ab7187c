<?php

/**
 * The memory of one php-fpm worker over many calls: php growth.php <library> <calls> [url]. Prints
 * JSON: calls, and memory_get_usage() and RSS after a tenth of them and at the end. Without the
 * address of a server of the bench it starts one, which `cargo build --release -p lomi-bench-server` makes.
 */

declare(strict_types=1);

namespace LomiSDK\Bench;

use LomiSDK\Tests\Fpm\FastCgi;

require __DIR__ . '/../tests/fpm/FastCgi.php';

[, $library, $calls] = $argv;
$requests = intdiv((int) $calls, 1000);
$folder = sys_get_temp_dir() . '/lomi-growth-' . bin2hex(random_bytes(4));
mkdir($folder);
$server = null;
if (isset($argv[3])) {
    $url = $argv[3];
} else {
    $program = dirname(__DIR__, 2) . '/target/release/lomi-bench-server';
    $server = proc_open([$program, $folder], [['pipe', 'r'], ['pipe', 'w']], $pipes);
    $url = json_decode((string) fgets($pipes[1]), true, 8, JSON_THROW_ON_ERROR)['plain'];
}
$user = posix_geteuid() === 0 ? "user = root\ngroup = root" : '';
file_put_contents("$folder/fpm.conf", <<<CONF
    [global]
    error_log = $folder/error.log
    daemonize = no
    [www]
    listen = $folder/socket
    pm = static
    pm.max_children = 1
    $user
    CONF);
$fpm = proc_open(['/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION, '-n', '-R', '-d', "extension=$library", '-d', 'max_execution_time=0', '-y', "$folder/fpm.conf"], [1 => ['file', "$folder/out.log", 'w'], 2 => ['file', "$folder/out.log", 'a']], $none);
for ($i = 0; $i < 200 && !file_exists("$folder/socket"); $i++) {
    usleep(25_000);
}
$client = new FastCgi("$folder/socket");
$seen = [];
for ($number = 1; $number <= $requests; $number++) {
    $client->start($number, ['SCRIPT_FILENAME' => __DIR__ . '/growth-worker.php', 'REQUEST_METHOD' => 'GET', 'HTTP_X_URL' => $url]);
    do {
        $done = $client->done();
    } while (!$done);
    $said = json_decode(substr($done[$number], strpos($done[$number], "\r\n\r\n") ?: 0), true);
    if (!is_array($said) || $said['calls'] !== 1000) {
        fwrite(STDERR, substr($done[$number], 0, 1000) . "\n");
        exit(1);
    }
    $seen[] = $said;
}
proc_terminate($fpm, SIGQUIT);
if ($server !== null) {
    proc_terminate($server);
}
proc_close($fpm);
array_map('unlink', glob("$folder/*") ?: []);
rmdir($folder);
if (count(array_unique(array_column($seen, 'pid'))) !== 1) {
    fwrite(STDERR, "more than one worker answered\n");
    exit(1);
}
$settled = $seen[max(1, intdiv($requests, 10))];
$end = end($seen);
echo json_encode(['calls' => $requests * 1000, 'memory' => [$settled['memory'], $end['memory']], 'rss' => [$settled['rss'], $end['rss']]]), "\n";

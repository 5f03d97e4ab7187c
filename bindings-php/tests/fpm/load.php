<?php

/**
 * php-fpm under load: every request makes a session, with one of two keys by turns.
 *
 *   php load.php <requests> <workers> <static|dynamic> [reload] [replace] [opcache] [preload] [cut]
 *
 * reload: php-fpm is reloaded in the middle. replace: a worker ends after 50 requests.
 * opcache: it is on. preload: it also preloads a file that makes a call in the master before it
 * forks. cut: some requests run into max_execution_time.
 *
 * Prints one JSON line: errors, mix-ups between the keys, equal idempotency keys, workers
 * seen, memory at the start and at the end. Exit status 0 when nothing was wrong.
 */

declare(strict_types=1);

require __DIR__ . '/../Support/Process.php';
require __DIR__ . '/../Support/Sandbox.php';
require __DIR__ . '/FastCgi.php';
require __DIR__ . '/Fpm.php';

use LomiSDK\Tests\Fpm\FastCgi;
use LomiSDK\Tests\Fpm\Fpm;
use LomiSDK\Tests\Support\Sandbox;

[, $requests, $workers, $kind] = $argv;
$options = array_slice($argv, 4);
$reload = in_array('reload', $options, true);
$cut = in_array('cut', $options, true);
$maxRequests = in_array('replace', $options, true) ? 50 : 0;
$sandbox = Sandbox::start();
$settings = $kind === 'dynamic' ? ['pm.start_servers' => 1, 'pm.min_spare_servers' => 1, 'pm.max_spare_servers' => $workers] : [];
$preloaded = !in_array('preload', $options, true) ? null : <<<PHP
    <?php
    class Preloaded extends LomiSDK\Model\CheckoutSessions {}
    (new LomiSDK\LomiClient('$sandbox->key', ['base_url' => '$sandbox->url/v1']))->checkoutSessions->list();
    PHP;
$fpm = new Fpm(
    ['pm' => $kind, 'pm.max_children' => $workers, 'pm.max_requests' => $maxRequests, 'env[LOMI_TEST_URL]' => "$sandbox->url/v1"] + $settings,
    in_array('opcache', $options, true) ? ['-d', 'zend_extension=opcache'] : [],
    $preloaded,
);

$client = new FastCgi($fpm->socket);
$keys = ['test' => $sandbox->key, 'live' => $sandbox->liveKey];
$wrong = ['errors' => 0, 'mixups' => 0, 'leaks' => 0];
$isCut = fn (int $number) => $cut && $number % intdiv((int) $requests, 4) === 1;
$cuts = 0;
$seen = $pids = $first = $last = [];
$next = 0;
$started = microtime(true);
while ($next < $requests || $client->count() > 0) {
    while ($next < $requests && $client->count() < 16) {
        $environment = $next % 3 === 0 ? 'live' : 'test';
        $client->start($next, [
            'SCRIPT_FILENAME' => __DIR__ . '/worker.php',
            'REQUEST_METHOD' => 'GET',
            'HTTP_X_TEST_KEY' => $keys[$environment],
            'HTTP_X_TEST_NUMBER' => (string) $next,
            'HTTP_X_TEST_CUT' => (string) (int) $isCut($next),
        ]);
        $next++;
        if ($reload && $next === intdiv((int) $requests, 2)) {
            posix_kill($fpm->master, SIGUSR2);
        }
    }
    foreach ($client->done() as $id => $output) {
        $body = substr($output, strpos($output, "\r\n\r\n") ?: 0);
        if ($isCut($id)) {
            $cuts += (int) str_contains($output, 'Maximum execution time of 1 second');
            continue;
        }
        $said = json_decode($body, true);
        if (!is_array($said)) {
            $wrong['errors']++ < 3 && fwrite(STDERR, substr($output, 0, 500) . "\n");
            continue;
        }
        $wrong['mixups'] += (int) ($said['environment'] !== ($id % 3 === 0 ? 'live' : 'test') || $said['number'] !== (string) $id);
        // The hooks of a request get the events of its call, and no others.
        $wrong['mixups'] += (int) ($said['events'] === [] || array_unique($said['events']) !== [$said['idempotency_key']]);
        $wrong['leaks'] += (int) ($said['before'] !== null || $said['timeout'] !== 25 || $said['preloaded'] !== in_array('preload', $options, true));
        $wrong['errors'] += (int) ($said['extended'] !== [5, 12, 0, true, true, []]);
        $seen[] = $said['idempotency_key'];
        $pids[$said['pid']] = ($pids[$said['pid']] ?? 0) + 1;
        $first[$said['pid']] ??= $pids[$said['pid']] === 20 ? [$said['memory'], $said['rss']] : null;
        $last[$said['pid']] = [$said['memory'], $said['rss']];
    }
}
$growth = [0, 0];
foreach (array_filter($first) as $pid => $start) {
    $growth = [max($growth[0], $last[$pid][0] - $start[0]), max($growth[1], $last[$pid][1] - $start[1])];
}
$healthy = $fpm->end();
$crashes = preg_match_all('/SIGSEGV|SIGABRT|SIGBUS|core dumped/', $fpm->log());
$equal = count($seen) - count(array_unique($seen));
echo json_encode($wrong + [
    'requests' => count($seen),
    'equal_keys' => $equal,
    'workers' => count($pids),
    'crashes' => $crashes,
    'cuts' => $cuts,
    'master_ended_well' => $healthy,
    'growth_bytes' => $growth[0],
    'growth_rss_kib' => $growth[1],
    'seconds' => round(microtime(true) - $started, 1),
]), "\n";
exit(array_sum($wrong) + $equal + $crashes === 0 && $cuts === ($cut ? 4 : 0) && count($seen) === (int) $requests - $cuts && $healthy ? 0 : 1);

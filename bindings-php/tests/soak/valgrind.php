<?php

/**
 * The extension under valgrind: php valgrind.php. Runs work.php with PHP's own allocator off,
 * so that valgrind sees every value as a block. Fails where valgrind sees an error
 * (reads of what is freed or was never written, frees that are none), and where three rounds
 * of the same work lose more memory than one.
 */

declare(strict_types=1);

namespace LomiSDK\Tests\Soak;

use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\Sandbox;

foreach (['Process', 'Sandbox', 'FaultServer'] as $name) {
    require __DIR__ . "/../Support/$name.php";
}

$sandbox = Sandbox::start();

/** @return array{errors: int, lost: int, log: string} */
function watched(int $rounds, Sandbox $sandbox): array
{
    $log = tempnam(sys_get_temp_dir(), 'lomi-valgrind');
    $command = [
        'valgrind', '--suppressions=' . __DIR__ . '/valgrind.supp', '--leak-check=full', '--show-leak-kinds=none', '--errors-for-leak-kinds=none', '--track-origins=yes', '--num-callers=20', "--log-file=$log",
        PHP_BINARY, '-n', ...Process::extensions(), '-d', 'extension=tokenizer', '-d', 'extension=curl', '-d', 'extension=ctype',
        // PHP's own compiler of patterns writes code that valgrind cannot follow.
        '-d', 'pcre.jit=0', __DIR__ . '/work.php', (string) $rounds, $sandbox->url, $sandbox->key, $sandbox->webhookSecret,
    ];
    $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null, ['USE_ZEND_ALLOC' => '0', 'ZEND_DONT_UNLOAD_MODULES' => '1'] + getenv());
    $printed = (string) stream_get_contents($pipes[1]);
    proc_close($process);
    $text = (string) file_get_contents($log);
    unlink($log);
    if (trim($printed) !== "done $rounds") {
        fwrite(STDERR, "the work itself failed:\n$printed\n$text");
        exit(1);
    }
    if (!preg_match('/ERROR SUMMARY: (\d+) errors/', $text, $errors)) {
        fwrite(STDERR, "valgrind did not come to its end:\n$text");
        exit(1);
    }
    preg_match_all('/(?:definitely|indirectly) lost: ([\d,]+) bytes/', $text, $lost);
    return ['errors' => (int) $errors[1], 'lost' => array_sum(array_map(fn ($n) => (int) str_replace(',', '', $n), $lost[1])), 'log' => $text];
}

$one = watched(1, $sandbox);
$three = watched(3, $sandbox);
echo json_encode(['errors' => $one['errors'] + $three['errors'], 'lost_in_one_round' => $one['lost'], 'lost_in_three' => $three['lost']]), "\n";
if ($one['errors'] + $three['errors'] > 0 || $three['lost'] > $one['lost']) {
    fwrite(STDERR, ($one['errors'] ? $one : $three)['log']);
    exit(1);
}

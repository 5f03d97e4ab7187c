<?php

/** Loads the inbox, and what the tests of the inbox share; for PHPUnit and for work.php. */

declare(strict_types=1);

spl_autoload_register(function (string $class): void {
    $folders = ['LomiSDK\Inbox\\' => dirname(__DIR__, 3) . '/frameworks/src/Inbox', 'LomiSDK\Tests\Support\Inbox\\' => __DIR__];
    foreach ($folders as $start => $folder) {
        if (str_starts_with($class, $start)) {
            require_once "$folder/" . substr($class, strlen($start)) . '.php';
        }
    }
});

<?php

/**
 * Loads what the tests share. The extension is loaded by the caller:
 * php -d extension=target/debug/liblomi_php.so $(which phpunit) -c bindings-php/phpunit.xml
 */

declare(strict_types=1);

if (!extension_loaded('lomi')) {
    fwrite(STDERR, "The tests need the extension: php -d extension=\$PWD/target/debug/liblomi_php.so ...\n");
    exit(1);
}

foreach (['LOMI_API_KEY', 'LOMI_BASE_URL'] as $variable) {
    putenv($variable);
}

// LOMI_GUZZLE: the autoloader of another Guzzle, such as version 8.
require_once getenv('LOMI_GUZZLE') ?: '/usr/share/php/GuzzleHttp/autoload.php';
require_once __DIR__ . '/Support/Process.php';
require_once __DIR__ . '/Support/Sandbox.php';
require_once __DIR__ . '/Support/FaultServer.php';
require_once __DIR__ . '/Support/Authority.php';
require_once __DIR__ . '/Support/Documented.php';
require_once __DIR__ . '/Support/Sample.php';
require_once __DIR__ . '/Support/Spec.php';
require_once __DIR__ . '/Support/SandboxTestCase.php';

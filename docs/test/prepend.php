<?php

// Loaded before each PHP block: warnings are errors, and the classes of lomi/lomi-frameworks are found.

declare(strict_types=1);

set_error_handler(function (int $level, string $message, string $file, int $line): bool {
    throw new ErrorException($message, 0, $level, $file, $line);
});

spl_autoload_register(function (string $class): void {
    $file = dirname(__DIR__, 2) . '/bindings-php/frameworks/src/' . strtr(substr($class, 8), '\\', '/') . '.php';
    if (str_starts_with($class, 'LomiSDK\\') && is_file($file)) {
        require $file;
    }
});

foreach (['GuzzleHttp', 'GuzzleHttp/Psr7', 'Symfony/Component/HttpFoundation'] as $package) {
    if (is_file("/usr/share/php/$package/autoload.php")) {
        require_once "/usr/share/php/$package/autoload.php";
    }
}

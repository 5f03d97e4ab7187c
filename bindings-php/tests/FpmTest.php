<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use PHPUnit\Framework\TestCase;

/** php-fpm: no error, no mix-up between two keys, nothing left from one request to the next. */
final class FpmTest extends TestCase
{
    /** @dataProvider pools */
    public function testManyRequestsWithTwoKeys(string ...$arguments): void
    {
        self::assertFileIsReadable('/usr/sbin/php-fpm8.2', 'php-fpm is missing: make install');
        $command = [PHP_BINARY, __DIR__ . '/fpm/load.php', ...$arguments];
        exec(implode(' ', array_map('escapeshellarg', $command)) . ' 2>&1', $lines, $status);
        self::assertSame(0, $status, implode("\n", $lines));
        $said = json_decode((string) end($lines), true);
        if (getenv('LOMI_FPM_REQUESTS')) {
            fwrite(STDERR, "\nphp-fpm " . implode(' ', $arguments) . ': ' . end($lines) . "\n");
        }
        self::assertSame([0, 0, 0, 0, 0], [$said['errors'], $said['mixups'], $said['leaks'], $said['equal_keys'], $said['crashes']]);
        self::assertGreaterThan(1, $said['workers']);
        self::assertLessThan(1 << 16, $said['growth_bytes']);
    }

    public static function pools(): array
    {
        $requests = getenv('LOMI_FPM_REQUESTS') ?: '1000';
        return [
            'static' => [$requests, '4', 'static'],
            'static, reloaded under load' => [$requests, '4', 'static', 'reload'],
            'dynamic, workers replaced, reloaded' => [$requests, '4', 'dynamic', 'reload', 'replace'],
            'opcache, workers replaced' => [$requests, '4', 'static', 'opcache', 'replace'],
            'opcache and preload, some cut off' => [getenv('LOMI_FPM_REQUESTS') ?: '400', '4', 'static', 'preload', 'cut'],
        ];
    }
}

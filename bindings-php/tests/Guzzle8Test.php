<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Tests\Support\Process;
use PHPUnit\Framework\TestCase;

/**
 * Guzzle 8 refuses curl's options for progress, and its exceptions have neither `hasResponse` nor the numbers of curl:
 * what was never sent must not become an unknown outcome, and the reverse.
 */
final class Guzzle8Test extends TestCase
{
    /** Case, error, outcome, requests, calls of the caller's own `progress`. */
    private const EXPECTED = [
        ['success', null, null, 1, 1],
        ['success, promised', null, null, 1, 1],
        ['silent', 'OutcomeUnknownError', 'unknown', 1, 3],
        ['connection refused', 'APIConnectionError', 'not_sent', 1, 0],
        ['name not found', 'APIConnectionError', 'not_sent', 1, 0],
        ['certificate', 'TLSError', 'final', 1, 0],
        ['handshake cut off', 'APIConnectionError', 'not_sent', 1, 0],
        ['connect timeout', 'APITimeoutError', 'not_sent', 1, 0],
        ['timeout', 'OutcomeUnknownError', 'unknown', 1, 0],
        ['timeout in the body', 'OutcomeUnknownError', 'unknown', 1, 0],
        ['no response', 'OutcomeUnknownError', 'unknown', 1, 0],
        ['body cut off', 'OutcomeUnknownError', 'unknown', 1, 0],
        ['another failure', 'OutcomeUnknownError', 'unknown', 1, 0],
        ['middleware throws the response', 'NotFoundError', 'final', 1, 0],
        ['option refused', 'ConfigurationError', 'final', 1, 0],
        ['timeout, a read', 'APITimeoutError', 'unknown', 1, 0],
        ['timeout in the body, a read', 'APITimeoutError', 'unknown', 1, 0],
        ['no response, a read', 'APIConnectionError', 'unknown', 1, 0],
        ['option refused, promised', 'ConfigurationError', 'final', 1, 0],
        ['option refused, retries', 'ConfigurationError', 'final', 1, 0],
        ['option refused after the start', 'OutcomeUnknownError', 'unknown', 1, 1],
        ['connection refused, retries', 'APIConnectionError', 'not_sent', 2, 0],
        ['timeout, retries', 'OutcomeUnknownError', 'unknown', 1, 0],
    ];

    public function testWhatItsExceptionsSayAboutTheRequest(): void
    {
        $printed = Process::php('require ' . var_export(__DIR__ . '/Support/guzzle8-calls.php', true) . ';', ['-d', 'extension=curl', '-d', 'extension=tokenizer', '-d', 'extension=ctype']);
        $lines = explode("\n", trim($printed));
        self::assertSame(array_map('json_encode', self::EXPECTED), $lines);
    }
}

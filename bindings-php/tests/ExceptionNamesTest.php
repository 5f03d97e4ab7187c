<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\APITimeoutException;
use LomiSDK\Exception\ConfigurationException;
use LomiSDK\Exception\OutcomeUnknown;
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\Exception\OutcomeUnknownException;
use LomiSDK\Exception\RateLimitError;
use LomiSDK\Exception\RateLimitException;
use LomiSDK\LomiClient;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Support/surface.php';

/** Each exception that ends in Error has a second name that ends in Exception. */
final class ExceptionNamesTest extends TestCase
{
    public function testEveryClassThatEndsInErrorHasAnAlias(): void
    {
        $expected = [];
        foreach ([...get_declared_classes(), ...get_declared_interfaces()] as $class) {
            if (str_starts_with($class, 'LomiSDK\\Exception\\') && !str_contains($class, '@')) {
                self::assertStringEndsWith('Error', $class);
                $expected[strtolower(substr($class, 0, -strlen('Error')) . 'Exception')] = $class;
            }
        }
        ksort($expected);
        // 48 classes and the interface OutcomeUnknownError.
        self::assertCount(49, $expected);
        $of_exceptions = array_filter(aliases(), fn ($class) => str_starts_with($class, 'LomiSDK\\Exception\\'));
        self::assertSame($expected, $of_exceptions);
    }

    public function testBothNamesAreOneClass(): void
    {
        self::assertTrue(class_exists(RateLimitException::class, false));
        self::assertSame(RateLimitError::class, (new \ReflectionClass(RateLimitException::class))->getName());
        self::assertSame(RateLimitError::class, get_class(new RateLimitException('x')));
        self::assertInstanceOf(RateLimitException::class, new RateLimitError('x'));
        self::assertTrue(is_subclass_of(RateLimitException::class, ApiException::class));
        self::assertTrue(is_subclass_of(APITimeoutException::class, APIConnectionError::class));
        self::assertSame(RateLimitError::class, get_class(unserialize(serialize(new RateLimitException('x')))));
    }

    public function testCatchTakesTheAlias(): void
    {
        try {
            new LomiClient('lomi_sk_test_1', ['base_url' => 'ftp://example.com']);
            self::fail('the client was made');
        } catch (ConfigurationException $e) {
            self::assertSame('ConfigurationError', $e->getKind());
        }
    }

    public function testASubclassOfAnAliasIsOneOfTheClass(): void
    {
        $own = new class ('x') extends RateLimitException {
        };
        self::assertInstanceOf(RateLimitError::class, $own);
        self::assertInstanceOf(RateLimitException::class, $own);
    }

    public function testTheInterfaceOfUnknownOutcomesHasAnAlias(): void
    {
        self::assertTrue(interface_exists(OutcomeUnknownException::class, false));
        self::assertFalse(class_exists(OutcomeUnknownException::class, false));
        foreach ([new OutcomeUnknown\ServerException('x'), new OutcomeUnknown\OutcomeUnknownException('x')] as $exception) {
            self::assertInstanceOf(OutcomeUnknownException::class, $exception);
            self::assertInstanceOf(OutcomeUnknownError::class, $exception);
        }
        self::assertSame(OutcomeUnknown\ServerError::class, get_class(new OutcomeUnknown\ServerException('x')));
    }
}

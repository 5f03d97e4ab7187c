<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\LomiClient;
use LomiSDK\Webhooks;
use PHPUnit\Framework\TestCase;

/** The list of options and error members in core/spec/options.json is what the extension has. */
final class OptionListTest extends TestCase
{
    /** @return list<string> */
    private static function listed(string $section): array
    {
        $text = (string) file_get_contents(__DIR__ . '/../../core/spec/options.json');
        $list = json_decode($text, true, 16, JSON_THROW_ON_ERROR);
        return array_values(array_filter(array_column($list[$section], 'php')));
    }

    /** @return list<string> settings of a Configuration that change nothing */
    private static function withoutEffect(): array
    {
        $text = (string) file_get_contents(__DIR__ . '/../../core/spec/options.json');
        return json_decode($text, true, 16, JSON_THROW_ON_ERROR)['without_effect']['php'];
    }

    /** @return list<string> the keys of the array shape that the stubs give the options of a method */
    private static function documented(string $method): array
    {
        $stubs = (string) file_get_contents(__DIR__ . '/../lomi.stubs.php');
        $class = (string) strstr($stubs, 'class LomiClient');
        $before = (string) strstr($class, "function $method(", true);
        self::assertNotFalse($at = strrpos($before, '@param array{'));
        preg_match_all('/[{,] ?(\w+)\?: /', (string) preg_replace('/(?<=array)\{(?!environment|query|to\b).*?\}|callable\(.*?\)/', '', strtok(substr($before, $at), "\n")), $names);
        return $names[1];
    }

    /** @return list<string> */
    private static function parameters(\ReflectionMethod $method): array
    {
        return array_map(fn ($parameter) => $parameter->getName(), $method->getParameters());
    }

    private static function refusesAsUnknown(callable $call): bool
    {
        try {
            $call();
        } catch (ApiException $exception) {
            return str_contains($exception->getMessage(), 'there is no option');
        }
        return false;
    }

    public function testOptionsOfAClient(): void
    {
        $names = array_diff(self::listed('client'), ['apiKey']);
        self::assertEqualsCanonicalizing($names, self::documented('__construct'));
        self::assertContains('apiKey', self::parameters(new \ReflectionMethod(LomiClient::class, '__construct')));
        $make = fn (string $name) => fn () => new LomiClient('lomi_sk_test_1', [$name => new \stdClass()]);
        self::assertTrue(self::refusesAsUnknown($make('certificate')));
        foreach ($names as $name) {
            self::assertFalse(self::refusesAsUnknown($make($name)), $name);
        }
    }

    public function testOptionsOfACall(): void
    {
        $names = self::listed('call');
        self::assertEqualsCanonicalizing([...$names, 'query', 'body'], self::documented('request'));
        $sessions = (new LomiClient('lomi_sk_test_1'))->checkoutSessions;
        // A value of a wrong type is refused before anything is sent.
        $call = fn (string $method, string $name) => fn () => $sessions->$method('cs_1', [$name => new \stdClass(), 'max_retries' => -1]);
        foreach (['get' => $names, 'wait' => [...$names, ...self::listed('wait')]] as $method => $known) {
            self::assertTrue(self::refusesAsUnknown($call($method, 'certificate')));
            foreach ($known as $name) {
                self::assertFalse(self::refusesAsUnknown($call($method, $name)), "$method: $name");
            }
        }
        self::assertTrue(self::refusesAsUnknown($call('get', 'until')));
    }

    public function testOptionsOfADownload(): void
    {
        $names = self::listed('download');
        self::assertEqualsCanonicalizing($names, self::documented('download'));
        $lomi = new LomiClient('lomi_sk_test_1');
        $call = fn (string $name) => fn () => $lomi->download('https://x.test', [$name => new \stdClass()]);
        self::assertTrue(self::refusesAsUnknown($call('certificate')));
        foreach ($names as $name) {
            self::assertFalse(self::refusesAsUnknown($call($name)), $name);
        }
    }

    public function testSettingsOfAConfiguration(): void
    {
        $setters = [];
        foreach ((new \ReflectionClass(Configuration::class))->getMethods() as $method) {
            if (str_starts_with($method->getName(), 'set') && !$method->isStatic()) {
                $setters[] = $method->getName();
            }
        }
        self::assertEqualsCanonicalizing([...self::listed('configuration'), ...self::withoutEffect()], $setters);
    }

    public function testOptionsOfAWebhook(): void
    {
        $method = new \ReflectionMethod(Webhooks::class, 'constructEvent');
        self::assertSame(self::listed('webhook'), self::parameters($method));
    }

    public function testMembersOfAnError(): void
    {
        $getters = ['getMessage'];
        foreach ((new \ReflectionClass(ApiException::class))->getMethods() as $method) {
            if ($method->getDeclaringClass()->getName() === ApiException::class && str_starts_with($method->getName(), 'get')) {
                $getters[] = $method->getName();
            }
        }
        // One header, and the model of the documented classes.
        $others = ['getResponseHeader', 'getResponseObject'];
        self::assertEqualsCanonicalizing([...self::listed('error'), ...$others], $getters);
    }
}

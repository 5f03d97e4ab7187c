<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\Exception\SignatureVerificationError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\HeaderSelector;
use LomiSDK\IdempotencyKey;
use LomiSDK\LomiClient;
use LomiSDK\Model\Event;
use LomiSDK\Money;
use LomiSDK\ObjectSerializer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Webhooks;
use PHPUnit\Framework\TestCase;

/** Configuration, exceptions, helpers, webhooks, money. */
final class RuntimeClassesTest extends TestCase
{
    private const SECRET = 'lomi_sk_test_verysecretindeed';

    public function testConfigurationAsDocumented(): void
    {
        $config = new Configuration();
        self::assertSame('https://api.lomi.africa/v1', $config->getHost());
        self::assertNull($config->getApiKey('X-API-KEY'));
        self::assertSame($config, $config->setApiKey('X-API-KEY', 'k')->setApiKeyPrefix('X-API-KEY', 'Bearer'));
        self::assertSame('Bearer k', $config->getApiKeyWithPrefix('X-API-KEY'));
        self::assertSame(['', '', ''], [$config->getAccessToken(), $config->getUsername(), $config->getPassword()]);
        self::assertSame([false, 'php://output', sys_get_temp_dir(), null, null], [$config->getDebug(), $config->getDebugFile(), $config->getTempFolderPath(), $config->getCertFile(), $config->getKeyFile()]);
        self::assertSame('int', $config->getBooleanFormatForQueryString());
        self::assertSame('mine/1', $config->setUserAgent('mine/1')->getUserAgent());
        self::assertSame('https://sandbox.api.lomi.africa/v1', $config->getHostFromSettings(1));
        self::assertSame('https://x.example', Configuration::getHostString([['url' => 'https://{h}.example']], 0, ['h' => 'x']));
        self::assertStringContainsString('PHP Version: ' . PHP_VERSION, Configuration::toDebugReport());
        self::assertSame(Configuration::getDefaultConfiguration(), Configuration::getDefaultConfiguration());
        $copy = clone $config;
        $copy->setHost('https://example.com');
        self::assertSame('https://api.lomi.africa/v1', $config->getHost());
        $this->expectException(\InvalidArgumentException::class);
        $config->setUserAgent(5);
    }

    public function testTheGettersOfASubclassOfConfigurationAreCalled(): void
    {
        $config = new class () extends Configuration {
            public function getHost()
            {
                return 'https://mine.example/v1';
            }

            public function getApiKey($apiKeyIdentifier)
            {
                return 'lomi_sk_test_vault';
            }
        };
        $request = (new \LomiSDK\CheckoutSessionsApi(null, $config))->listCheckoutSessionsRequest();
        self::assertSame('mine.example', $request->getUri()->getHost());
        self::assertSame('lomi_sk_test_vault', $request->getHeaderLine('X-API-KEY'));
    }

    public function testNoKeyIsShownAnywhere(): void
    {
        $config = (new Configuration())->setApiKey('X-API-KEY', self::SECRET)->setPassword(self::SECRET)->setAccessToken(self::SECRET);
        $api = new \LomiSDK\CheckoutSessionsApi(null, $config);
        $client = new LomiClient(self::SECRET, ['base_url' => 'http://127.0.0.1:1', 'max_retries' => 0]);
        $shown = '';
        foreach ([$config, $api, $client, $client->checkoutSessions] as $object) {
            ob_start();
            var_dump($object);
            $shown .= ob_get_clean() . print_r($object, true) . json_encode($object) . var_export((array) $object, true);
            $e = null;
            try {
                $shown .= serialize($object);
            } catch (\Exception $e) {
                $shown .= $e->getMessage();
            }
        }
        try {
            $client->checkoutSessions->get('a');
        } catch (ApiException $e) {
            $shown .= $e . print_r($e, true) . serialize($e->getTrace());
        }
        self::assertStringContainsString('lomi_sk_test_***', $shown);
        self::assertStringNotContainsString('verysecretindeed', $shown);
    }

    /** @return array<string, array{string}> */
    public static function failures(): array
    {
        $client = 'new LomiSDK\LomiClient("' . self::SECRET . '", ["base_url" => "http://127.0.0.1:1", "max_retries" => 0])';
        return [
            'refused settings' => ['new LomiSDK\LomiClient("' . self::SECRET . '", ["base_url" => "http://example.com"]);'],
            'a wrong type' => ['new LomiSDK\LomiClient("' . self::SECRET . '", new DateTime());'],
            'an error of the caller\'s code' => ['(' . $client . ')->request("GET", "/x", ["query" => ["key" => "' . self::SECRET . '", "more" => new class implements JsonSerializable { function jsonSerialize(): mixed { throw new Error("mine"); } }]]);'],
            'in a subclass' => ['new class ("' . self::SECRET . '", ["base_url" => "ftp://x"]) extends LomiSDK\LomiClient {};'],
        ];
    }

    /** @dataProvider failures */
    public function testNoKeyIsShownInATrace(string $code): void
    {
        $code = 'try { ' . $code . ' } catch (Throwable $e) { echo $e; print_r($e->getTrace()); echo "caught"; }';
        $shown = Process::php($code, ['-d', 'zend.exception_ignore_args=0', '-d', 'zend.exception_string_param_max_len=100']);
        self::assertStringEndsWith('caught', $shown);
        // What the engine shows instead, and what the extension does where the engine does nothing.
        self::assertStringContainsString(PHP_VERSION_ID >= 80200 ? 'SensitiveParameterValue' : '***', $shown);
        self::assertStringNotContainsString('verysecretindeed', $shown);
    }

    public function testApiExceptionAsDocumented(): void
    {
        $e = new ApiException('gone', 404, ['X-A' => ['1']], '{}');
        self::assertSame(['gone', 404, ['X-A' => ['1']], '{}', null, 404], [$e->getMessage(), $e->getCode(), $e->getResponseHeaders(), $e->getResponseBody(), $e->getResponseObject(), $e->getStatus()]);
        $e->setResponseObject('x');
        self::assertSame('x', $e->getResponseObject());
        self::assertInstanceOf(\Exception::class, $e);
        self::assertSame(__FILE__, $e->getFile());
        $mine = new class ('m', 1) extends ApiException {
        };
        self::assertSame(1, $mine->getCode());
    }

    public function testHeaderSelectorAsDocumented(): void
    {
        $selector = new HeaderSelector();
        self::assertSame(['Accept' => 'application/json', 'Content-Type' => 'application/json'], $selector->selectHeaders(['application/json'], '', false));
        self::assertSame(['Accept' => 'application/json'], $selector->selectHeaders(['application/json'], 'multipart/form-data', true));
        self::assertSame('application/json,text/plain;q=0.9', $selector->selectHeaders(['text/plain', 'application/json'], 'x', false)['Accept']);
        self::assertTrue($selector->isJsonMime('application/vnd.api+json; charset=utf-8'));
        self::assertFalse($selector->isJsonMime('text/html'));
        self::assertSame([900, 90, 9, 1, 999], [$selector->getNextWeight(1000, false), $selector->getNextWeight(100, false), $selector->getNextWeight(10, false), $selector->getNextWeight(1, false), $selector->getNextWeight(1000, true)]);
    }

    public function testSerializerAsDocumented(): void
    {
        self::assertSame('a%2Fb%20c', ObjectSerializer::toPathValue('a/b c'));
        self::assertSame('name.txt', ObjectSerializer::sanitizeFilename('../x/name.txt'));
        self::assertSame('2026-01-02T03:04:05.123456Z', ObjectSerializer::sanitizeTimestamp('2026-01-02T03:04:05.123456789Z'));
        self::assertSame('true', ObjectSerializer::toString(true));
        self::assertSame(['a' => '1'], ObjectSerializer::toQueryValue(1, 'a', 'int'));
        self::assertSame(['a' => 1], ObjectSerializer::toQueryValue(true, 'a', 'bool'));
        self::assertSame([], ObjectSerializer::toQueryValue(null, 'a', 'string', 'form', true, false));
        self::assertSame(['a' => '1|2'], ObjectSerializer::toQueryValue([1, 2], 'a', 'array', 'pipeDelimited', false));
        self::assertSame('1,2', ObjectSerializer::serializeCollection([1, 2], 'csv'));
        self::assertSame('a=x%20y&b=1&b=2&c=1', ObjectSerializer::buildQuery(['a' => 'x y', 'b' => [1, 2], 'c' => true]));
        self::assertSame('a=x+y', ObjectSerializer::buildQuery(['a' => 'x y'], PHP_QUERY_RFC1738));
        self::assertSame('2026-01-02T00:00:00+00:00', ObjectSerializer::sanitizeForSerialization(new \DateTimeImmutable('2026-01-02T00:00:00Z')));
        ObjectSerializer::setDateTimeFormat('Y');
        self::assertSame('2026', ObjectSerializer::sanitizeForSerialization(new \DateTime('2026-01-02')));
        ObjectSerializer::setDateTimeFormat(\DateTimeInterface::ATOM);
        self::assertSame([1, 2], ObjectSerializer::deserialize('[1,2]', 'int[]'));
        $page = ObjectSerializer::deserialize('{"data":[{"checkout_session_id":"a"}],"pagination":{"total":1}}', '\LomiSDK\Model\ListCheckoutSessions200Response');
        self::assertSame(['a', 1], [$page->getData()[0]->getCheckoutSessionId(), $page->getPagination()->getTotal()]);
    }

    public function testFormData(): void
    {
        self::assertSame(['a[b]' => 'c', 'd' => 'true'], \LomiSDK\FormDataProcessor::flatten(['a' => ['b' => 'c'], 'd' => true]));
        self::assertSame(['x' => 1], (new \LomiSDK\FormDataProcessor())->prepare(['x' => 1, 'y' => null]));
    }

    public function testWebhooks(): void
    {
        $payload = json_encode(['id' => 'd1', 'event' => 'PAYMENT_SUCCEEDED', 'timestamp' => date(DATE_ATOM), 'data' => ['transaction_id' => 't', 'amount' => 100]]);
        $signature = Webhooks::sign($payload, 'whsec_a');
        self::assertSame(hash_hmac('sha256', $payload, 'whsec_a'), $signature);
        $event = Webhooks::constructEvent($payload, $signature, ['whsec_b', 'whsec_a'], 300);
        self::assertInstanceOf(Event::class, $event);
        self::assertSame(['d1', 'PAYMENT_SUCCEEDED', 't'], [$event->getId(), $event->getEvent(), $event->getData()['transaction_id']]);
        self::assertTrue(Webhooks::verify($payload, "sha256=$signature", 'whsec_a'));
        self::assertFalse(Webhooks::verify("$payload ", $signature, 'whsec_a'));
        self::assertFalse(Webhooks::verify($payload, '', 'whsec_a'));
        foreach (['', 'zz', str_repeat('0', 64)] as $wrong) {
            try {
                Webhooks::constructEvent($payload, $wrong, 'whsec_a');
                self::fail('accepted');
            } catch (SignatureVerificationError $e) {
                self::assertStringNotContainsString('whsec_a', $e->getMessage());
            }
        }
        try {
            Webhooks::constructEvent(['already' => 'decoded'], $signature, 'whsec_a');
            self::fail('accepted');
        } catch (\TypeError $e) {
            self::assertStringContainsString('raw body', $e->getMessage());
        }
        $old = json_encode(['id' => 'd1', 'event' => 'PAYMENT_SUCCEEDED', 'timestamp' => '2026-01-01T00:00:00Z', 'data' => []]);
        $this->expectException(SignatureVerificationError::class);
        Webhooks::constructEvent($old, Webhooks::sign($old, 'whsec_a'), 'whsec_a', 300);
    }

    public function testMoney(): void
    {
        self::assertSame([5000, 'XOF', 0, '5 000 F CFA'], [Money::xof(5000)->getAmount(), Money::xof(5000)->getCurrency(), Money::xof(5000)->getDecimals(), (string) Money::xof(5000)]);
        self::assertSame(5000, Money::fromMajor('50.00', 'EUR')->getAmount());
        foreach ([fn () => new Money(-1, 'XOF'), fn () => new Money(1, 'GBP'), fn () => Money::fromMajor('50.50', 'XOF')] as $wrong) {
            try {
                $wrong();
                self::fail('accepted');
            } catch (ValidationError $e) {
                self::assertNotEmpty($e->getMessage());
            }
        }
        $this->expectException(\TypeError::class);
        new Money(49.99, 'EUR');
    }

    public function testIdempotencyKeys(): void
    {
        self::assertSame('3cf2e48e-dc88-5957-a0ba-bc8c1bacb17a', IdempotencyKey::forOrder('order-123'));
        self::assertNotSame(IdempotencyKey::random(), IdempotencyKey::random());
    }

    public function testObjectsThatOnlyCallsMake(): void
    {
        foreach ([fn () => (new \LomiSDK\Response())->getStatus(), fn () => (new \LomiSDK\Promise())->wait(), fn () => (new \LomiSDK\Page())->autoPagingIterator()] as $call) {
            try {
                $call();
                self::fail('accepted');
            } catch (ValidationError $e) {
                self::assertStringContainsString('made by', $e->getMessage());
            }
        }
    }

    public function testOurOwnPromiseWithoutGuzzle(): void
    {
        $server = Support\FaultServer::json('{"checkout_session_id":"cs_1","amount":5}');
        $printed = Process::php("\$client = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$server->url']);" . <<<'PHP'
            $promise = $client->checkoutSessions->getAsync('cs_1');
            echo get_class($promise), ' ', $promise->getState();
            $next = $promise->then(fn ($s) => $s->getAmount() + 1);
            echo ' ', $next->wait(), ' ', $promise->getState();
            echo ' ', $next->then(fn () => throw new LogicException('no'))->otherwise(fn ($e) => get_class($e))->wait();
            echo ' ', $next->then(fn () => $client->checkoutSessions->getAsync('cs_1'))->wait()->getAmount();
            $failed = $client->checkoutSessions->getAsync('..');
            PHP);
        self::assertStringStartsWith('LomiSDK\Promise pending 6 fulfilled LogicException 5', $printed);
        self::assertStringContainsString('ValidationError', $printed);
    }
}

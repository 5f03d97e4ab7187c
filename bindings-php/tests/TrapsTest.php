<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\IdempotencyKey;
use LomiSDK\LomiClient;
use LomiSDK\Money;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Values that look right and would cost money, in the forms that PHP has for them. */
final class TrapsTest extends SandboxTestCase
{
    private FaultServer $server;
    private LomiClient $lomi;

    protected function setUp(): void
    {
        $this->server = FaultServer::json(self::session());
        $this->lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $this->server->url]);
    }

    private function body(): array
    {
        $requests = $this->server->requests();
        return json_decode(end($requests)['body'], true);
    }

    public function testAnOrderInEveryFormHasOneKey(): void
    {
        $text = new class () {
            public function __toString(): string
            {
                return '1234';
            }
        };
        foreach ([1234, 1234.0, $text] as $order) {
            self::assertSame(IdempotencyKey::forOrder('1234'), IdempotencyKey::forOrder($order));
        }
        self::assertNotSame(IdempotencyKey::forOrder('1234'), IdempotencyKey::forOrder('1234', 2));
        foreach ([null, '', '  ', false, true, NAN, INF, 0, 12.5, [], [1], new \stdClass()] as $order) {
            $thrown = self::thrownBy(fn () => IdempotencyKey::forOrder($order));
            self::assertStringContainsString('order must be its id', $thrown->getMessage());
        }
        $thrown = self::thrownBy(fn () => IdempotencyKey::forOrder('1234', 0));
        self::assertStringContainsString('attempt must be a whole number from 1', $thrown->getMessage());
    }

    public function testAnAmountInTheWrongUnitIsRefusedAndAMoneySetsTheCurrency(): void
    {
        foreach ([19.99, '19.99', '50.00', 1e30, '1000000000000000000000000000000'] as $amount) {
            $thrown = self::thrownBy(fn () => $this->lomi->checkoutSessions->create(['amount' => $amount, 'currency_code' => 'USD']));
            self::assertInstanceOf(ApiException::class, $thrown);
            self::assertStringContainsString('amount', $thrown->getMessage());
        }
        $price = Money::fromMajor('19.99', 'USD');
        $thrown = self::thrownBy(fn () => $this->lomi->checkoutSessions->create(['amount' => $price, 'currency_code' => 'XOF']));
        self::assertStringContainsString('amount is in USD', $thrown->getMessage());
        self::assertSame([], $this->server->requests());
        $this->lomi->checkoutSessions->create(['amount' => $price]);
        self::assertSame(['amount' => 1999, 'currency_code' => 'USD'], $this->body());
    }

    public function testTheDocumentedClassesSendWhatTheyAreGivenAndWarn(): void
    {
        $log = tempnam(sys_get_temp_dir(), 'lomi');
        $before = ini_set('error_log', $log);
        $config = (new Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost($this->server->url);
        (new CheckoutSessionsApi(null, $config))->createCheckoutSession(['amount' => 19.99, 'currency_code' => 'USD', 'titel' => 'T']);
        ini_set('error_log', (string) $before);
        $said = (string) file_get_contents($log);
        unlink($log);
        self::assertSame(['amount' => 19.99, 'currency_code' => 'USD', 'titel' => 'T'], $this->body());
        self::assertStringContainsString('1999', $said);
        self::assertStringContainsString('did you mean "title"', $said);
    }

    public function testADoubtAboutAKeyIsLoggedOnceForEachConfiguration(): void
    {
        $own = new class () extends Configuration {
            public function getApiKey($apiKeyIdentifier)
            {
                return 'lomi_sk_test_1';
            }
        };
        $log = tempnam(sys_get_temp_dir(), 'lomi');
        $before = ini_set('error_log', $log);
        foreach ([(new Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1'), $own] as $number => $config) {
            $api = new CheckoutSessionsApi(null, $config->setHost('https://api.lomi.africa'));
            foreach ([1, 2] as $ignored) {
                // Refused before anything is sent.
                self::thrownBy(fn () => $api->retrieveCheckoutSession('..'));
            }
            self::assertSame($number + 1, substr_count((string) file_get_contents($log), 'this is a test key'));
        }
        ini_set('error_log', (string) $before);
        unlink($log);
    }

    public function testAKeyThatIsSentUnencryptedIsAWarning(): void
    {
        $log = tempnam(sys_get_temp_dir(), 'lomi');
        $before = ini_set('error_log', $log);
        new LomiClient('lomi_sk_test_1', ['base_url' => 'http://10.0.0.1', 'allow_http' => true]);
        ini_set('error_log', (string) $before);
        self::assertStringContainsString('unencrypted to http://10.0.0.1', (string) file_get_contents($log));
        unlink($log);
    }

    public function testTimesWithoutEndAndWhatIsNoTime(): void
    {
        foreach (['timeout', 'connect_timeout', 'attempt_timeout', 'idle_timeout'] as $name) {
            foreach ([INF, PHP_INT_MAX, PHP_FLOAT_MAX] as $time) {
                $this->lomi->checkoutSessions->get('cs_1', [$name => $time]);
                (new LomiClient('lomi_sk_test_1', ['base_url' => $this->server->url, $name => $time]))->checkoutSessions->get('cs_1');
            }
            foreach ([0, -1, NAN, -INF, true, false, '5', [5]] as $time) {
                $thrown = self::thrownBy(fn () => $this->lomi->checkoutSessions->get('cs_1', [$name => $time]));
                self::assertStringContainsString('number of seconds above 0', $thrown->getMessage());
            }
        }
    }

    public function testNamesThatAreNearlyAFieldAreRefusedAndExtraBodySendsAny(): void
    {
        $sessions = $this->lomi->checkoutSessions;
        foreach ([
            fn () => $sessions->create(['ammount' => 1]),
            fn () => $sessions->create(['currencyCode' => 'XOF']),
            fn () => $sessions->create(['amount' => 1, 'idempotencyKey' => 'k']),
            fn () => $sessions->create(['amount' => 1], ['idempotency_kye' => 'k']),
            fn () => $sessions->list(['statuss' => 'open']),
            fn () => new LomiClient('lomi_sk_test_1', ['base_ulr' => $this->server->url]),
        ] as $call) {
            self::assertMatchesRegularExpression('/did you mean|option of the call/', self::thrownBy($call)->getMessage());
        }
        self::assertSame([], $this->server->requests());
        $sessions->create(['amount' => 1, 'tip' => 2], ['extraBody' => ['ammount' => 1.5]]);
        self::assertSame(['amount' => 1, 'tip' => 2, 'ammount' => 1.5], $this->body());
    }

    public function testAReplayIsVisibleAndAClosedSessionIsAWarning(): void
    {
        $server = FaultServer::json(self::session(['status' => 'expired']), 201, ['Idempotency-Cache-Hit' => 'true']);
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url]);
        $log = tempnam(sys_get_temp_dir(), 'lomi');
        $before = ini_set('error_log', $log);
        $session = $lomi->checkoutSessions->create(['amount' => 1], ['idempotency_key' => IdempotencyKey::forOrder('1234')]);
        ini_set('error_log', (string) $before);
        self::assertTrue($session->getLastResponse()->getReplayed());
        self::assertStringContainsString('attempt=2', $session->getLastResponse()->getWarning());
        self::assertStringContainsString('attempt=2', (string) file_get_contents($log));
        unlink($log);
    }
}

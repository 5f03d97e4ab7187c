<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\NotFoundError;
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Testing\Stub;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Recording a run, replaying it, and the stub for unit tests. */
final class RecordingTest extends SandboxTestCase
{
    private string $file;

    protected function setUp(): void
    {
        parent::setUp();
        $this->file = (string) tempnam(sys_get_temp_dir(), 'lomi');
        unlink($this->file);
    }

    protected function tearDown(): void
    {
        @unlink($this->file);
        parent::tearDown();
    }

    /** What a shop does, and what it gets. */
    private function shop(LomiClient $client): array
    {
        $results = [];
        foreach ([5001, 5002, 5003] as $amount) {
            $session = $client->checkoutSessions->create([
                'amount' => $amount,
                'currency_code' => 'XOF',
                'customer_email' => 'planted@example.sn',
                'metadata' => ['order' => 'planted-1'],
            ]);
            $results[] = [$session->getAmount(), $session->getStatus()];
        }
        foreach ($client->checkoutSessions->list(['limit' => 2]) as $session) {
            $results[] = $session->getAmount();
        }
        try {
            $client->refunds->get('00000000-0000-4000-8000-00000000dead');
        } catch (NotFoundError $e) {
            $results[] = [$e->getCode(), $e->getAttempts()];
        }
        return $results;
    }

    public function testARecordedRunIsReplayedWithoutAServer(): void
    {
        $options = ['base_url' => Sandbox::shared()->url, 'record' => $this->file];
        $recorded = $this->shop(new LomiClient(Sandbox::shared()->key, $options));
        $text = (string) file_get_contents($this->file);
        self::assertStringNotContainsString(Sandbox::shared()->key, $text);
        self::assertStringNotContainsString('planted', $text);
        self::assertSame(0600, fileperms($this->file) & 0777);

        $replay = LomiClient::replay($this->file);
        self::assertSame($recorded, $this->shop($replay));
        $this->expectException(ConfigurationError::class);
        $this->expectExceptionMessage('is not in the recording');
        $replay->customers->get('nobody');
    }

    public function testLomiRecordRecordsEveryClient(): void
    {
        putenv("LOMI_RECORD={$this->file}");
        try {
            $client = new LomiClient(Sandbox::shared()->key, ['base_url' => Sandbox::shared()->url]);
        } finally {
            putenv('LOMI_RECORD');
        }
        $client->checkoutSessions->list(['limit' => 3]);
        $lines = file($this->file, FILE_IGNORE_NEW_LINES) ?: [];
        self::assertCount(1, $lines);
        self::assertStringContainsString('checkout', json_decode($lines[0], true)['path']);
    }

    public function testAFileThatIsNoRecordingIsRefused(): void
    {
        file_put_contents($this->file, "{}\n");
        $this->expectException(ConfigurationError::class);
        $this->expectExceptionMessage('line 1');
        LomiClient::replay($this->file);
    }

    public function testAStubAnswersWithExamples(): void
    {
        $stub = new Stub();
        $client = $stub->client();
        $session = $client->checkoutSessions->create(['amount' => 700, 'currency_code' => 'XOF']);
        self::assertEquals(700, $session->getAmount());
        self::assertStringStartsWith('https:', (string) $session->getCheckoutUrl());
        self::assertSame('r_9', $client->refunds->get('r_9')->getRefundId());
        self::assertCount(1, iterator_to_array($client->transactions->list()->autoPagingIterator()));
        $first = $stub->getRequests()[0];
        self::assertSame('checkout_sessions.create', $first['operation']);
        self::assertSame(['amount' => 700, 'currency_code' => 'XOF'], $first['body']);
    }

    public function testAStubAnswersWhatTheTestHasSet(): void
    {
        $stub = new Stub();
        $stub->respond('checkout_sessions.get', ['error' => ['message' => 'gone']], 404);
        $client = $stub->client(['max_retries' => 4]);
        try {
            $client->checkoutSessions->get('cs_1');
            self::fail('it was found');
        } catch (NotFoundError $e) {
            self::assertStringContainsString('gone', $e->getMessage());
        }
        self::assertSame('cs_1', $client->checkoutSessions->get('cs_1')->getCheckoutSessionId());

        $stub->fail('refunds.create', 'timeout');
        try {
            $client->refunds->create(['transaction_id' => 't_1', 'amount' => 500]);
            self::fail('it succeeded');
        } catch (OutcomeUnknownError $e) {
            self::assertSame('unknown', $e->getOutcome());
        }
        $stub->fail('customers.list');
        $began = microtime(true);
        try {
            $client->customers->list();
            self::fail('it succeeded');
        } catch (APIConnectionError $e) {
            self::assertSame(5, $e->getAttempts());
            self::assertLessThan(0.5, microtime(true) - $began, 'the pauses were waited for');
        }
        foreach ([['refunds.creat', [], 200], ['refunds.create', [], 99], ['refunds.create', [], -1]] as $wrong) {
            try {
                $stub->respond(...$wrong);
                self::fail('it was taken');
            } catch (ValidationError) {
                self::assertTrue(true);
            }
        }
    }

    public function testAStubTakesNoHttpClient(): void
    {
        $this->expectException(ConfigurationError::class);
        (new Stub())->client(['http_client' => new \GuzzleHttp\Client()]);
    }
}

<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Exception\BadRequestError;
use LomiSDK\Exception\ConflictError;
use LomiSDK\Exception\IdempotencyConflictError;
use LomiSDK\Exception\PaymentRequiredError;
use LomiSDK\LomiClient;
use LomiSDK\Model\PaymentRequired;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;
use LomiSDK\Webhooks;

/** What the modern client gives, under the names that every language has. */
final class ModernTest extends SandboxTestCase
{
    private const NESTED = ['order' => ['id' => 7, 'lines' => [['sku' => 'a', 'tags' => []], 'b']]];

    private const SECRET = 'whsec_test_secret';

    private static function lomi(FaultServer $server): LomiClient
    {
        return new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'max_retries' => 0]);
    }

    public function testNestedDataIsArraysAtEveryDepth(): void
    {
        $session = ['metadata' => self::NESTED, 'next_action' => ['redirect' => ['to' => 'x']], 'new_field' => ['a' => ['b' => 1]], 'line_items' => [['price' => ['id' => 'p1']]]];
        $server = new FaultServer([
            ['body' => self::session($session)],
            ['body' => json_encode(['data' => [json_decode(self::session($session))], 'has_more' => false])],
            ['body' => self::session($session)],
        ]);
        $client = self::lomi($server);
        $got = $client->checkoutSessions->get('cs_1');
        [$row] = $client->checkoutSessions->list()->data;
        $promised = $client->checkoutSessions->getAsync('cs_1')->wait();
        foreach ([$got, $row, $promised] as $read) {
            self::assertSame(self::NESTED, $read->getMetadata());
            self::assertSame('a', $read['metadata']['order']['lines'][0]['sku']);
            self::assertSame('x', $read['next_action']['redirect']['to']);
            self::assertSame(1, $read['new_field']['a']['b']);
            self::assertSame('p1', $read['line_items'][0]['price']['id']);
            self::assertSame(self::NESTED, $read->toArray()['metadata']);
            self::assertSame(self::NESTED, json_decode(json_encode($read), true)['metadata']);
            self::assertEquals($read, unserialize(serialize($read)));
        }
        // What was read can be sent.
        $client->checkoutSessions->update('cs_1', ['metadata' => $got->getMetadata()]);
        $requests = $server->requests();
        self::assertSame(['metadata' => self::NESTED], json_decode(end($requests)['body'], true));
    }

    public function testEmptyMetadataStaysAnObject(): void
    {
        $server = FaultServer::json('{"checkout_session_id":"cs_1","metadata":{},"line_items":[]}');
        $session = self::lomi($server)->checkoutSessions->get('cs_1');
        self::assertSame([], $session->getMetadata());
        self::assertSame('{"checkout_session_id":"cs_1","metadata":{},"line_items":[]}', json_encode($session));
        self::lomi($server)->checkoutSessions->update('cs_1', ['metadata' => $session->getMetadata()]);
        self::assertSame('{"metadata":{}}', $server->requests()[1]['body']);
    }

    public function testAnEventIsArraysAtEveryDepth(): void
    {
        $body = json_encode(['id' => 'evt_1', 'event' => 'PAYMENT_SUCCEEDED', 'data' => ['transaction_id' => 't', 'metadata' => self::NESTED]]);
        $event = Webhooks::constructEvent($body, Webhooks::sign($body, self::SECRET), self::SECRET);
        self::assertSame(7, $event->getData()['metadata']['order']['id']);
        self::assertSame('a', $event['data']['metadata']['order']['lines'][0]['sku']);
    }

    public function testTheDocumentedClassesKeepTheirObjects(): void
    {
        $server = FaultServer::json(self::session(['metadata' => self::NESTED]));
        $session = self::api(null, $server->url)->retrieveCheckoutSession('cs_1');
        self::assertInstanceOf(\stdClass::class, $session->getMetadata()['order']);
        self::assertSame(7, $session->getMetadata()['order']->id);
        self::assertInstanceOf(\ArrayAccess::class, $session);
    }

    public function testTheSessionOfACreate(): void
    {
        $server = new FaultServer([['status' => 201, 'body' => self::session(['url' => 'https://pay.example/1'])]]);
        $created = self::lomi($server)->checkoutSessions->create(self::EXAMPLE);
        self::assertSame($created, $created->session());
        self::assertSame('https://pay.example/1', $created->session()->getUrl());
        self::assertSame('https://pay.example/1', $created->session()->getCheckoutUrl());
        self::assertSame('https://pay.example/1', $created['checkout_url']);
        self::assertSame('https://pay.example/1', $created['url']);
    }

    public function testAnUnpaidInvoiceHasNoSession(): void
    {
        $body = '{"payment_required":true,"reason":"invoice_payment_required","blocking_invoice":{"invoice_id":"in_1","invoice_number":"F-7","checkout_url":"https://pay.example/in_1"}}';
        $server = FaultServer::json($body, 201);
        foreach ([self::lomi($server)->checkoutSessions, self::api(null, $server->url)] as $sessions) {
            $result = $sessions instanceof CheckoutSessionsApi
                ? $sessions->createCheckoutSession(self::EXAMPLE) : $sessions->create(self::EXAMPLE);
            self::assertInstanceOf(PaymentRequired::class, $result);
            $e = self::thrownBy(fn () => $result->session());
            self::assertInstanceOf(PaymentRequiredError::class, $e);
            self::assertInstanceOf(ApiException::class, $e);
            self::assertStringContainsString('F-7', $e->getMessage());
            self::assertSame(
                ['PaymentRequiredError', 'invoice_payment_required', 'final', 1],
                [$e->getKind(), $e->getApiCode(), $e->getOutcome(), $e->getAttempts()],
            );
            self::assertSame($result, $e->getResponseObject());
            self::assertSame('https://pay.example/in_1', $e->getResponseObject()->getBlockingInvoice()->getCheckoutUrl());
            self::assertNotNull($e->getIdempotencyKey());
            self::assertNotNull($e->getRequestId());
        }
        self::assertInstanceOf(PaymentRequiredError::class, self::thrownBy(fn () => (new PaymentRequired())->session()));
    }

    public function testOneHierarchyOfExceptions(): void
    {
        $server = new FaultServer([
            ['status' => 409, 'body' => '{"error":{"code":"idempotency_key_reused","message":"used"}}'],
            ['status' => 400, 'body' => '{"error":{"code":"bad","message":"m","details":{"a":{"b":18446744073709551616}}}}'],
            ['status' => 502, 'body' => '<html>'],
        ]);
        $client = self::lomi($server);
        $e = self::thrownBy(fn () => $client->checkoutSessions->create(self::EXAMPLE));
        self::assertInstanceOf(IdempotencyConflictError::class, $e);
        self::assertInstanceOf(ConflictError::class, $e);
        $e = self::thrownBy(fn () => $client->checkoutSessions->get('cs_1'));
        self::assertInstanceOf(BadRequestError::class, $e);
        self::assertSame('18446744073709551616', $e->getParsedBody()['error']['details']['a']['b']);
        self::assertNull(self::thrownBy(fn () => $client->checkoutSessions->get('cs_1'))->getParsedBody());
        self::assertNull((new ApiException('made by hand'))->getParsedBody());
        self::assertSame(['a' => 1], (new ApiException('m', 400, [], '{"a":1}'))->getParsedBody());
    }
}

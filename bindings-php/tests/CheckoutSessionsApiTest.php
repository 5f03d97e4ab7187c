<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\Exception\AuthenticationError;
use LomiSDK\Exception\NotFoundError;
use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\CheckoutSessionsCreate;
use LomiSDK\Model\ListCheckoutSessions200Response;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;

/** The documented surface, over both transports. */
final class CheckoutSessionsApiTest extends SandboxTestCase
{
    /** @dataProvider transports */
    public function testTheFiveOperationsAsDocumented(callable $transport): void
    {
        $api = self::api($transport());
        $created = $api->createCheckoutSession(self::EXAMPLE);
        self::assertInstanceOf(CheckoutSessions::class, $created);
        self::assertSame(15000, $created->getAmount());
        self::assertSame('open', $created->getStatus());
        self::assertStringContainsString('/checkout/', $created->getCheckoutUrl());
        self::assertSame(201, $created->getLastResponse()->getStatus());
        $id = $created->getCheckoutSessionId();

        self::assertEquals($created, $api->retrieveCheckoutSession($id));

        $page = $api->listCheckoutSessions(1, 0, 'created_at:desc');
        self::assertInstanceOf(ListCheckoutSessions200Response::class, $page);
        self::assertCount(1, $page->getData());
        self::assertContainsOnlyInstancesOf(CheckoutSessions::class, $page->getData());
        self::assertGreaterThanOrEqual(1, $page->getPagination()->getTotal());

        $updated = $api->updateCheckoutSession($id, ['metadata' => ['updated_reason' => 'Administrative update']]);
        self::assertSame(['updated_reason' => 'Administrative update'], $updated->getMetadata());

        self::assertNull($api->deleteCheckoutSession($id));
        $this->expectException(NotFoundError::class);
        $api->retrieveCheckoutSession($id);
    }

    /**
     * The example of each operation as it is printed in the documents, as a separate program.
     * Only key and host are put in, and what is no PHP there (bodies, the order) is quoted.
     *
     * @dataProvider examples
     */
    public function testTheDocumentedExampleRuns(string $http, string $operation, string $example, string $expected): void
    {
        $autoload = $http === 'null' ? '' : "require_once('/usr/share/php/GuzzleHttp/autoload.php');";
        [$key, $host] = [Sandbox::shared()->key, Sandbox::shared()->url . '/v1'];
        $id = self::api()->createCheckoutSession(self::EXAMPLE)->getCheckoutSessionId();
        $printed = Process::php(<<<PHP
            $autoload
            // Configure API key authorization: ApiKeyAuth
            \$config = LomiSDK\Configuration::getDefaultConfiguration()->setApiKey('X-API-KEY', '$key');
            \$config->setHost('$host');

            \$apiInstance = new LomiSDK\Api\CheckoutSessionsApi(
                // If you want use custom http client, pass your client which implements `GuzzleHttp\ClientInterface`.
                // This is optional, `GuzzleHttp\Client` will be used as default.
                $http,
                \$config
            );
            $example
            } catch (Exception \$e) {
                echo 'Exception when calling CheckoutSessionsApi->$operation: ', \$e->getMessage(), PHP_EOL;
            }
            PHP, ['-d', 'extension=curl', '-d', 'extension=tokenizer'], ['SESSION' => $id]);
        self::assertStringContainsString($expected, $printed);
        self::assertDoesNotMatchRegularExpression('/Warning|Notice|Deprecated|Fatal|Stack trace/', $printed);
        self::assertStringNotContainsString($key, $printed);
    }

    public static function examples(): iterable
    {
        $body = '{"amount":15000,"currency_code":"XOF","product_id":"prod_1234567890abcdef","success_url":"https://example.com/success","cancel_url":"https://example.com/cancel","customer_email":"customer@example.com"}';
        $update = '{"metadata":{"updated_at":"2025-11-21T13:32:16.240Z","updated_reason":"Administrative update"}}';
        $unknown = '$session_id = \'session_id_example\'; // string | Unique identifier for the checkout session';
        $session = '$session_id = getenv(\'SESSION\');';
        $examples = [
            'createCheckoutSession' => [["\$checkout_sessions_create = json_decode('$body'); // \LomiSDK\Model\CheckoutSessionsCreate", '$result = $apiInstance->createCheckoutSession($checkout_sessions_create); print_r($result);', 'customer@example.com']],
            'listCheckoutSessions' => [["\$limit = 20; \$offset = 0; \$sort = 'created_at:desc';", '$result = $apiInstance->listCheckoutSessions($limit, $offset, $sort); print_r($result);', 'customer@example.com']],
            'retrieveCheckoutSession' => [
                [$unknown, '$result = $apiInstance->retrieveCheckoutSession($session_id); print_r($result);', 'Exception when calling CheckoutSessionsApi->retrieveCheckoutSession: [404]'],
                [$session, '$result = $apiInstance->retrieveCheckoutSession($session_id); print_r($result);', 'customer@example.com'],
            ],
            'updateCheckoutSession' => [
                ["$unknown\n\$checkout_sessions_update = json_decode('$update');", '$result = $apiInstance->updateCheckoutSession($session_id, $checkout_sessions_update); print_r($result);', 'Exception when calling CheckoutSessionsApi->updateCheckoutSession: [404]'],
                ["$session\n\$checkout_sessions_update = json_decode('$update');", '$result = $apiInstance->updateCheckoutSession($session_id, $checkout_sessions_update); print_r($result);', 'Administrative update'],
            ],
            'deleteCheckoutSession' => [
                [$unknown, '$apiInstance->deleteCheckoutSession($session_id);', 'Exception when calling CheckoutSessionsApi->deleteCheckoutSession: [404]'],
                [$session, '$apiInstance->deleteCheckoutSession($session_id); echo "gone";', 'gone'],
            ],
        ];
        foreach (['new GuzzleHttp\Client()', 'null'] as $http) {
            foreach ($examples as $operation => $cases) {
                foreach ($cases as [$arguments, $call, $expected]) {
                    yield "$operation, $http, $expected" => [$http, $operation, "$arguments\ntry {\n    $call", $expected];
                }
            }
        }
    }

    public function testAModelIsAsGoodAsAnArray(): void
    {
        $body = (new CheckoutSessionsCreate())->setAmount(5000)->setCurrencyCode('XOF')->setTitle('Coffee Beans - 1kg');
        $created = self::api()->createCheckoutSession($body);
        self::assertSame('Coffee Beans - 1kg', $created->getTitle());
        self::assertSame(['amount' => 5000, 'currency_code' => 'XOF', 'title' => 'Coffee Beans - 1kg'], $body->toArray());
    }

    /** @dataProvider transports */
    public function testWithHttpInfoGivesModelStatusAndHeaders(callable $transport): void
    {
        [$model, $status, $headers] = self::api($transport())->createCheckoutSessionWithHttpInfo(self::EXAMPLE);
        self::assertInstanceOf(CheckoutSessions::class, $model);
        self::assertSame(201, $status);
        self::assertStringStartsWith('application/json', $headers['Content-Type'][0]);

        [$nothing, $status] = self::api($transport())->deleteCheckoutSessionWithHttpInfo($model->getCheckoutSessionId());
        self::assertNull($nothing);
        self::assertSame(204, $status);
    }

    /** @dataProvider transports */
    public function testAsyncGivesAGuzzlePromiseWhereGuzzleIsLoaded(callable $transport): void
    {
        $api = self::api($transport());
        $promise = $api->createCheckoutSessionAsync(self::EXAMPLE);
        self::assertInstanceOf(\GuzzleHttp\Promise\PromiseInterface::class, $promise);
        $amount = $promise->then(fn (CheckoutSessions $session) => $session->getAmount())->wait();
        self::assertSame(15000, $amount);

        [, $status] = $api->createCheckoutSessionAsyncWithHttpInfo(self::EXAMPLE)->wait();
        self::assertSame(201, $status);

        $e = self::thrownBy(fn () => $api->retrieveCheckoutSessionAsync('nothing-of-the-sort')->wait());
        self::assertInstanceOf(NotFoundError::class, $e);
        self::assertSame('not_found', $e->getResponseObject()->getError()->getCode());
    }

    public function testRequestBuildsWithoutSending(): void
    {
        $request = self::api()->createCheckoutSessionRequest(self::EXAMPLE);
        self::assertInstanceOf(\GuzzleHttp\Psr7\Request::class, $request);
        self::assertSame('POST', $request->getMethod());
        self::assertSame('/v1/checkout_sessions', $request->getUri()->getPath());
        self::assertSame(Sandbox::shared()->key, $request->getHeaderLine('X-API-KEY'));
        self::assertSame('application/json', $request->getHeaderLine('Content-Type'));
        self::assertSame(self::EXAMPLE, json_decode((string) $request->getBody(), true));
        $list = self::api()->listCheckoutSessionsRequest();
        self::assertSame('limit=20&offset=0', $list->getUri()->getQuery());
        $list = self::api()->listCheckoutSessionsRequest('20', '40');
        self::assertSame('limit=20&offset=40', $list->getUri()->getQuery());
        self::assertSame('', self::api()->listCheckoutSessionsRequest(null, null)->getUri()->getQuery());
    }

    public function testTheShortNameIsTheSameClass(): void
    {
        $api = new \LomiSDK\CheckoutSessionsApi(null, self::config());
        self::assertInstanceOf(CheckoutSessionsApi::class, $api);
        self::assertGreaterThan(0, $api->createCheckoutSession(self::EXAMPLE)->getAmount());
    }

    /** @dataProvider wrongArguments */
    public function testDocumentedErrorsAboutArguments(callable $call): void
    {
        $e = self::thrownBy(fn () => $call(self::api(null, 'http://127.0.0.1:1')));
        self::assertSame(\InvalidArgumentException::class, get_class($e));
    }

    public static function wrongArguments(): array
    {
        return [
            'null id' => [fn ($api) => $api->retrieveCheckoutSession(null)],
            'empty array as id' => [fn ($api) => $api->deleteCheckoutSession([])],
            'null body' => [fn ($api) => $api->createCheckoutSession(null)],
            'empty body' => [fn ($api) => $api->createCheckoutSession([])],
            'limit 0' => [fn ($api) => $api->listCheckoutSessions(0)],
            'limit 101' => [fn ($api) => $api->listCheckoutSessions(101)],
            'limit 150 from $_GET' => [fn ($api) => $api->listCheckoutSessions('150')],
            'offset -1' => [fn ($api) => $api->listCheckoutSessions(20, -1)],
        ];
    }

    /** @dataProvider transports */
    public function testErrorsAreTypedAndHaveTheServersMessage(callable $transport): void
    {
        $config = self::config()->setApiKey('X-API-KEY', 'lomi_sk_test_nobody');
        $api = new CheckoutSessionsApi($transport(), $config);
        $e = self::thrownBy(fn () => $api->listCheckoutSessions());
        self::assertInstanceOf(AuthenticationError::class, $e);
        self::assertInstanceOf(ApiException::class, $e);
        self::assertSame(401, $e->getCode());
        self::assertSame(401, $e->getStatus());
        self::assertStringStartsWith('[401] ', $e->getMessage());
        self::assertSame('AuthenticationError', $e->getKind());
        self::assertSame('final', $e->getOutcome());
        self::assertSame(1, $e->getAttempts());
        self::assertSame('list_checkout_sessions', $e->getOperation());
        self::assertNotEmpty($e->getRequestId());
        self::assertArrayHasKey('Content-Type', $e->getResponseHeaders());
        self::assertIsArray(json_decode($e->getResponseBody(), true));
        self::assertSame('unauthorized', $e->getResponseObject()->getError()->getCode());
    }

    public function testWithoutAKeyNoKeyIsSent(): void
    {
        $api = new CheckoutSessionsApi(null, (new Configuration())->setHost(Sandbox::shared()->url . '/v1'));
        self::assertFalse($api->listCheckoutSessionsRequest()->hasHeader('X-API-KEY'));
        $this->expectException(AuthenticationError::class);
        $api->listCheckoutSessions();
    }

    public function testNamedArguments(): void
    {
        $page = self::api()->listCheckoutSessions(sort: 'created_at:asc', limit: 1);
        self::assertLessThanOrEqual(1, count($page->getData()));
    }

    public function testASubclassSeesTheDocumentedProperties(): void
    {
        $api = new class (null, self::config()) extends CheckoutSessionsApi {
            public function seen(): array
            {
                return [$this->client, $this->config, $this->headerSelector, $this->hostIndex];
            }

            public function retrieveCheckoutSession($session_id, $contentType = 'application/json')
            {
                return ['mine', parent::retrieveCheckoutSession($session_id)];
            }
        };
        [$client, $config, $selector, $index] = $api->seen();
        self::assertNull($client);
        self::assertInstanceOf(Configuration::class, $config);
        self::assertInstanceOf(\LomiSDK\HeaderSelector::class, $selector);
        self::assertSame(0, $index);
        $id = $api->createCheckoutSession(self::EXAMPLE)->getCheckoutSessionId();
        self::assertSame($id, $api->retrieveCheckoutSession($id)[1]->getCheckoutSessionId());
    }
}

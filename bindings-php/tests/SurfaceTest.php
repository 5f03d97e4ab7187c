<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Support/surface.php';

/** The classes as Reflection shows them, held against the stubs and against the documents. */
final class SurfaceTest extends TestCase
{
    public function testTheStubsAreWhatTheExtensionHas(): void
    {
        $stubs = dirname(__DIR__) . '/lomi.stubs.php';
        $surface = __DIR__ . '/Support/surface.php';
        $code = "require '$surface'; require '$stubs'; echo serialize(surface());";
        $printed = shell_exec(escapeshellarg(PHP_BINARY) . ' -n -r ' . escapeshellarg($code));
        $declared = unserialize((string) $printed);
        $loaded = surface();
        self::assertNotEmpty($loaded);
        self::assertSame(array_keys($declared), array_keys($loaded), 'the classes');
        foreach ($loaded as $class => $facts) {
            foreach ($facts as $what => $value) {
                self::assertEquals($declared[$class][$what], $value, "$class: $what");
            }
        }
    }

    public function testTheStubsCannotBeLoadedBesideTheExtension(): void
    {
        self::assertStringContainsString('Never loaded', (string) file_get_contents(dirname(__DIR__) . '/lomi.stubs.php'));
    }

    /** @dataProvider documented */
    public function testEveryDocumentedMemberExists(string $class, array $members): void
    {
        self::assertTrue(class_exists($class) || interface_exists($class), $class);
        $reflection = new \ReflectionClass($class);
        foreach ($members as $member => $parameters) {
            self::assertTrue($reflection->hasMethod($member), "$class::$member()");
            $method = $reflection->getMethod($member);
            self::assertSame($parameters, array_map(fn ($p) => $p->getName(), $method->getParameters()), "$class::$member()");
        }
    }

    /** Sections 3 to 6 of the generated SDK's surface, for checkout sessions. */
    public static function documented(): array
    {
        $operations = [];
        foreach ([
            'createCheckoutSession' => ['checkout_sessions_create'],
            'deleteCheckoutSession' => ['session_id'],
            'listCheckoutSessions' => ['limit', 'offset', 'sort'],
            'retrieveCheckoutSession' => ['session_id'],
            'updateCheckoutSession' => ['session_id', 'checkout_sessions_update'],
        ] as $name => $parameters) {
            foreach (['', 'WithHttpInfo', 'Async', 'AsyncWithHttpInfo', 'Request'] as $form) {
                $operations[$name . $form] = [...$parameters, 'contentType'];
            }
        }
        $common = [
            '__construct' => ['client', 'config', 'selector', 'hostIndex'],
            'setHostIndex' => ['hostIndex'],
            'getHostIndex' => [],
            'getConfig' => [],
            'createHttpClientOption' => [],
        ];
        $configuration = [
            'getHostString' => ['hostSettings', 'hostIndex', 'variables'],
            'getHostFromSettings' => ['index', 'variables'],
            'getHostSettings' => [],
            'getDefaultConfiguration' => [],
            'setDefaultConfiguration' => ['config'],
            'toDebugReport' => [],
            'setApiKey' => ['apiKeyIdentifier', 'key'],
            'setApiKeyPrefix' => ['apiKeyIdentifier', 'prefix'],
            'getApiKey' => ['apiKeyIdentifier'],
            'getApiKeyPrefix' => ['apiKeyIdentifier'],
            'getApiKeyWithPrefix' => ['apiKeyIdentifier'],
        ];
        foreach (['AccessToken', 'Username', 'Password', 'Host', 'UserAgent', 'Debug', 'DebugFile', 'TempFolderPath', 'CertFile', 'KeyFile'] as $setting) {
            $configuration["get$setting"] = [];
            $configuration["set$setting"] = [lcfirst($setting)];
        }
        $model = ['__construct' => ['data']];
        foreach (['getModelName', 'openAPITypes', 'openAPIFormats', 'attributeMap', 'setters', 'getters', 'listInvalidProperties', 'valid', 'jsonSerialize', '__toString', 'toHeaderValue'] as $name) {
            $model[$name] = [];
        }
        $model += ['isNullable' => ['property'], 'isNullableSetToNull' => ['property'], 'offsetExists' => ['offset'], 'offsetGet' => ['offset'], 'offsetSet' => ['offset', 'value'], 'offsetUnset' => ['offset']];
        $fields = fn (array $names) => array_merge(...array_map(function ($name) {
            $studly = str_replace('_', '', ucwords($name, '_'));
            return ["get$studly" => [], "set$studly" => [$name]];
        }, $names));
        return [
            'api' => ['LomiSDK\Api\CheckoutSessionsApi', $common + $operations],
            'short api' => ['LomiSDK\CheckoutSessionsApi', $common + $operations],
            'configuration' => ['LomiSDK\Configuration', $configuration],
            'exception' => ['LomiSDK\ApiException', ['__construct' => ['message', 'code', 'responseHeaders', 'responseBody'], 'getResponseHeaders' => [], 'getResponseBody' => [], 'setResponseObject' => ['obj'], 'getResponseObject' => []]],
            'selector' => ['LomiSDK\HeaderSelector', ['selectHeaders' => ['accept', 'contentType', 'isMultipart'], 'isJsonMime' => ['searchString'], 'getNextWeight' => ['currentWeight', 'hasMoreThan28Headers']]],
            'serializer' => ['LomiSDK\ObjectSerializer', ['setDateTimeFormat' => ['format'], 'sanitizeForSerialization' => ['data', 'type', 'format'], 'sanitizeFilename' => ['filename'], 'sanitizeTimestamp' => ['timestamp'], 'toPathValue' => ['value'], 'toQueryValue' => ['value', 'paramName', 'openApiType', 'style', 'explode', 'required'], 'convertBoolToQueryStringFormat' => ['value'], 'toHeaderValue' => ['value'], 'toString' => ['value'], 'serializeCollection' => ['collection', 'style', 'allowCollectionFormatMulti'], 'deserialize' => ['data', 'class', 'httpHeaders'], 'buildQuery' => ['params', 'encoding']]],
            'form data' => ['LomiSDK\FormDataProcessor', ['prepare' => ['values'], 'flatten' => ['source', 'start']]],
            'model interface' => ['LomiSDK\Model\ModelInterface', array_intersect_key($model, array_flip(['getModelName', 'openAPITypes', 'openAPIFormats', 'attributeMap', 'setters', 'getters', 'listInvalidProperties', 'valid', 'isNullable', 'isNullableSetToNull']))],
            'session' => ['LomiSDK\Model\CheckoutSessions', $model + $fields(['checkout_session_id', 'organization_id', 'status', 'amount', 'currency_code', 'title', 'public_description', 'customer_id', 'customer_email', 'customer_name', 'customer_phone', 'product_id', 'price_id', 'subscription_id', 'payment_link_id', 'payment_request_id', 'installment_plan_id', 'allowed_providers', 'allow_quantity', 'quantity', 'allow_coupon_code', 'success_url', 'cancel_url', 'is_pos', 'is_spi', 'qr_code_data', 'qr_code_type', 'spi_account_number', 'spi_qr_code_id', 'metadata', 'environment', 'expires_at', 'created_at', 'created_by', 'updated_at', 'url', 'checkout_url', 'merchant_id', 'require_billing_address'])],
            'create' => ['LomiSDK\Model\CheckoutSessionsCreate', $model + $fields(['amount', 'currency_code', 'success_url', 'metadata'])],
            'update' => ['LomiSDK\Model\CheckoutSessionsUpdate', $model + $fields(['amount', 'currency_code', 'metadata'])],
            'page' => ['LomiSDK\Model\ListCheckoutSessions200Response', $model + $fields(['data', 'pagination'])],
            'pagination' => ['LomiSDK\Model\ListCustomers200ResponsePagination', $model + $fields(['limit', 'offset', 'total'])],
            'error' => ['LomiSDK\Model\Error', $model + $fields(['error'])],
            'error detail' => ['LomiSDK\Model\ErrorError', $model + $fields(['code', 'message', 'details'])],
            'status words' => ['LomiSDK\Model\CheckoutSessionStatus', ['getAllowableEnumValues' => []]],
            'currency words' => ['LomiSDK\Model\CurrencyCode', ['getAllowableEnumValues' => []]],
        ];
    }

    public function testConstants(): void
    {
        self::assertSame('int', \LomiSDK\Configuration::BOOLEAN_FORMAT_INT);
        self::assertSame('string', \LomiSDK\Configuration::BOOLEAN_FORMAT_STRING);
        self::assertSame(['application/json'], \LomiSDK\Api\CheckoutSessionsApi::contentTypes['updateCheckoutSession']);
        self::assertNull(\LomiSDK\Model\CheckoutSessions::DISCRIMINATOR);
        self::assertSame('open', \LomiSDK\Model\CheckoutSessionStatus::OPEN);
        self::assertSame(['XOF', 'USD', 'EUR'], \LomiSDK\Model\CurrencyCode::getAllowableEnumValues());
        self::assertSame('PAYMENT_SUCCEEDED', \LomiSDK\Model\WebhookEvent::PAYMENT_SUCCEEDED);
    }

    public function testEveryExceptionExtendsApiException(): void
    {
        $found = 0;
        foreach (get_declared_classes() as $class) {
            if (str_starts_with($class, 'LomiSDK\\Exception\\')) {
                $found++;
                self::assertTrue(is_subclass_of($class, \LomiSDK\ApiException::class), $class);
            }
        }
        self::assertSame(25, $found);
        self::assertTrue(is_subclass_of(\LomiSDK\Exception\APITimeoutError::class, \LomiSDK\Exception\APIConnectionError::class));
        self::assertTrue(is_subclass_of(\LomiSDK\Exception\OutcomeUnknownError::class, \LomiSDK\Exception\APIConnectionError::class));
    }
}

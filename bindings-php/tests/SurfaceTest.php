<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\LomiClient;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Support/surface.php';

/** The classes as Reflection shows them, compared with the stubs and with the documents. */
final class SurfaceTest extends TestCase
{
    public function testTheStubsAreWhatTheExtensionHas(): void
    {
        $stubs = dirname(__DIR__) . '/lomi.stubs.php';
        $surface = __DIR__ . '/Support/surface.php';
        $code = "require '$surface'; require '$stubs'; echo serialize([surface(), aliases()]);";
        $printed = shell_exec(escapeshellarg(PHP_BINARY) . ' -n -r ' . escapeshellarg($code));
        [$declared, $aliases] = unserialize((string) $printed);
        self::assertSame($aliases, aliases(), 'the aliases');
        $loaded = surface();
        self::assertNotEmpty($loaded);
        self::assertSame(array_keys($declared), array_keys($loaded), 'the classes');
        foreach ($loaded as $class => $shape) {
            foreach ($shape as $what => $value) {
                self::assertEquals($declared[$class][$what], $value, "$class: $what");
            }
        }
    }

    /** phpstan itself comes by Composer only; Debian has the parser that it reads comments with. */
    public function testPhpstansParserReadsEveryTypeOfTheStubs(): void
    {
        $said = self::typesOf(dirname(__DIR__) . '/lomi.stubs.php');
        self::assertSame([], $said['wrong']);
        self::assertGreaterThan(500, $said['comments']);
        self::assertGreaterThan(1500, $said['types']);
    }

    public function testAWrongTypeInTheStubsWouldBeSeen(): void
    {
        $stubs = (string) file_get_contents(dirname(__DIR__) . '/lomi.stubs.php');
        $broken = tempnam(sys_get_temp_dir(), 'lomi-stubs');
        foreach (['@return int|float|string|null' => '@return int|flaot|string|null', 'array{idempotency_key?: string' => 'array{idempotency_key?= string', '$checkout_sessions_create' . "\n" => '$checkout_session' . "\n"] as $right => $wrong) {
            $at = strpos($stubs, $right);
            self::assertIsInt($at, $right);
            file_put_contents($broken, substr_replace($stubs, $wrong, $at, strlen($right)));
            self::assertNotSame([], self::typesOf($broken)['wrong'], $wrong);
        }
        unlink($broken);
    }

    private static function typesOf(string $stubs): array
    {
        $command = [PHP_BINARY, '-n', '-d', 'extension=tokenizer', '-d', 'extension=ctype', __DIR__ . '/Support/phpdoc.php', $stubs];
        return json_decode((string) shell_exec(implode(' ', array_map('escapeshellarg', $command))), true, 8, JSON_THROW_ON_ERROR);
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

    /** The documented fields of what is sent; a session that is read has five more. */
    private const FIELDS = ['allow_coupon_code', 'allow_quantity', 'allowed_providers', 'amount', 'cancel_url', 'checkout_session_id', 'currency_code', 'customer_email', 'customer_id', 'customer_name', 'customer_phone', 'expires_at', 'installment_plan_id', 'is_pos', 'is_spi', 'metadata', 'payment_link_id', 'payment_request_id', 'price_id', 'product_id', 'public_description', 'qr_code_data', 'qr_code_type', 'quantity', 'spi_account_number', 'spi_qr_code_id', 'status', 'subscription_id', 'success_url', 'title'];
    private const READ = ['created_at', 'created_by', 'environment', 'organization_id', 'updated_at'];

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
            'getBooleanFormatForQueryString' => [],
            'setBooleanFormatForQueryString' => ['booleanFormat'],
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
            'session' => ['LomiSDK\Model\CheckoutSessions', $model + $fields([...self::FIELDS, ...self::READ, 'url', 'checkout_url', 'merchant_id', 'require_billing_address'])],
            'create' => ['LomiSDK\Model\CheckoutSessionsCreate', $model + $fields(self::FIELDS)],
            'update' => ['LomiSDK\Model\CheckoutSessionsUpdate', $model + $fields(self::FIELDS)],
            'page' => ['LomiSDK\Model\ListCheckoutSessions200Response', $model + $fields(['data', 'pagination'])],
            'pagination' => ['LomiSDK\Model\ListCustomers200ResponsePagination', $model + $fields(['limit', 'offset', 'total'])],
            'error' => ['LomiSDK\Model\Error', $model + $fields(['error'])],
            'error detail' => ['LomiSDK\Model\ErrorError', $model + $fields(['code', 'message', 'details'])],
            'status words' => ['LomiSDK\Model\CheckoutSessionStatus', ['getAllowableEnumValues' => []]],
            'currency words' => ['LomiSDK\Model\CurrencyCode', ['getAllowableEnumValues' => []]],
        ];
    }

    /** @dataProvider declarations */
    public function testTypesAndDefaultsAreTheDocumentedOnes(string $class, string $method, array $declared): void
    {
        $found = [];
        foreach ((new \ReflectionMethod($class, $method))->getParameters() as $parameter) {
            $found[$parameter->getName()] = trim(($parameter->getType() ?? '') . ($parameter->isDefaultValueAvailable() ? ' = ' . json_encode($parameter->getDefaultValue(), JSON_UNESCAPED_SLASHES) : ''));
        }
        self::assertSame($declared, $found);
    }

    public static function declarations(): array
    {
        $api = 'LomiSDK\Api\CheckoutSessionsApi';
        $json = ['contentType' => 'string = "application/json"'];
        $declared = [
            // Guzzle's own interface is no type here: any client of PSR-18 will do, and neither need be installed.
            [$api, '__construct', ['client' => '= null', 'config' => '?LomiSDK\Configuration = null', 'selector' => '?LomiSDK\HeaderSelector = null', 'hostIndex' => 'int = 0']],
            ['LomiSDK\ApiException', '__construct', ['message' => '= ""', 'code' => '= 0', 'responseHeaders' => '= []', 'responseBody' => '= null']],
            ['LomiSDK\Model\CheckoutSessions', '__construct', ['data' => '?array = null']],
            ['LomiSDK\HeaderSelector', 'selectHeaders', ['accept' => 'array', 'contentType' => 'string', 'isMultipart' => 'bool']],
            ['LomiSDK\ObjectSerializer', 'deserialize', ['data' => '', 'class' => '', 'httpHeaders' => '= null']],
            ['LomiSDK\ObjectSerializer', 'sanitizeForSerialization', ['data' => '', 'type' => '= null', 'format' => '= null']],
            ['LomiSDK\Configuration', 'getHostFromSettings', ['index' => '', 'variables' => '= null']],
            ['LomiSDK\Configuration', 'getHostString', ['hostSettings' => 'array', 'hostIndex' => '', 'variables' => '?array = null']],
            ['LomiSDK\FormDataProcessor', 'flatten', ['source' => 'array', 'start' => 'string = ""']],
        ];
        foreach (['', 'WithHttpInfo', 'Async', 'AsyncWithHttpInfo', 'Request'] as $form) {
            $declared[] = [$api, "createCheckoutSession$form", ['checkout_sessions_create' => ''] + $json];
            $declared[] = [$api, "retrieveCheckoutSession$form", ['session_id' => ''] + $json];
            $declared[] = [$api, "updateCheckoutSession$form", ['session_id' => '', 'checkout_sessions_update' => ''] + $json];
            $declared[] = [$api, "deleteCheckoutSession$form", ['session_id' => ''] + $json];
            $declared[] = [$api, "listCheckoutSessions$form", ['limit' => '= 20', 'offset' => '= 0', 'sort' => '= null'] + $json];
        }
        return array_combine(array_map(fn ($d) => "$d[0]::$d[1]", $declared), $declared);
    }

    public function testDocumentedPropertiesAndInterfaces(): void
    {
        foreach (['client', 'config', 'headerSelector', 'hostIndex'] as $name) {
            self::assertTrue((new \ReflectionProperty('LomiSDK\Api\CheckoutSessionsApi', $name))->isProtected(), $name);
        }
        self::assertTrue((new \ReflectionMethod('LomiSDK\Api\CheckoutSessionsApi', 'createHttpClientOption'))->isProtected());
        self::assertTrue((new \ReflectionProperty('LomiSDK\FormDataProcessor', 'has_file'))->isPublic());
        foreach (['CheckoutSessions', 'CheckoutSessionsCreate', 'CheckoutSessionsUpdate', 'ListCheckoutSessions200Response', 'ListCustomers200ResponsePagination', 'Error', 'ErrorError'] as $model) {
            foreach ([\LomiSDK\Model\ModelInterface::class, \ArrayAccess::class, \JsonSerializable::class, \IteratorAggregate::class, \Countable::class, \Stringable::class] as $interface) {
                self::assertTrue(is_subclass_of("LomiSDK\\Model\\$model", $interface), "$model is no $interface");
            }
            self::assertNull(constant("LomiSDK\\Model\\$model::DISCRIMINATOR"));
        }
        foreach (['toDebugReport' => true, 'getDefaultConfiguration' => true, 'setDefaultConfiguration' => true] as $name => $static) {
            self::assertSame($static, (new \ReflectionMethod('LomiSDK\Configuration', $name))->isStatic(), $name);
        }
        foreach ((new \ReflectionClass('LomiSDK\ObjectSerializer'))->getMethods() as $method) {
            self::assertTrue($method->isStatic(), $method->getName());
        }
    }

    public function testTheTypesOfTheFieldsAreTheDocumentedOnes(): void
    {
        $types = \LomiSDK\Model\CheckoutSessions::openAPITypes();
        $moments = ['created_at', 'expires_at', 'updated_at'];
        $numbers = ['amount', 'quantity'];
        $booleans = ['allow_coupon_code', 'allow_quantity', 'is_pos', 'is_spi'];
        foreach ([...self::FIELDS, ...self::READ] as $field) {
            $documented = match (true) {
                in_array($field, $moments, true) => '\DateTime',
                in_array($field, $numbers, true) => 'float',
                in_array($field, $booleans, true) => 'bool',
                in_array($field, ['metadata', 'qr_code_data'], true) => 'object',
                // A list, which the documents call a string.
                $field === 'allowed_providers' => 'string[]',
                default => 'string',
            };
            self::assertSame($documented, $types[$field], $field);
            self::assertSame($field, \LomiSDK\Model\CheckoutSessions::attributeMap()[$field]);
        }
    }

    public function testConstants(): void
    {
        self::assertSame('int', \LomiSDK\Configuration::BOOLEAN_FORMAT_INT);
        self::assertSame('string', \LomiSDK\Configuration::BOOLEAN_FORMAT_STRING);
        self::assertNull(\LomiSDK\Model\CheckoutSessions::DISCRIMINATOR);
        foreach (['createCheckoutSession', 'deleteCheckoutSession', 'listCheckoutSessions', 'retrieveCheckoutSession', 'updateCheckoutSession'] as $operation) {
            self::assertSame(['application/json'], \LomiSDK\CheckoutSessionsApi::contentTypes[$operation]);
        }
        self::assertSame(['OPEN' => 'open', 'COMPLETED' => 'completed', 'EXPIRED' => 'expired'], (new \ReflectionClass(\LomiSDK\Model\CheckoutSessionStatus::class))->getConstants());
        self::assertSame(['XOF' => 'XOF', 'USD' => 'USD', 'EUR' => 'EUR'], (new \ReflectionClass(\LomiSDK\Model\CurrencyCode::class))->getConstants());
        self::assertSame(['XOF', 'USD', 'EUR'], \LomiSDK\Model\CurrencyCode::getAllowableEnumValues());
        self::assertSame('PAYMENT_SUCCEEDED', \LomiSDK\Model\WebhookEvent::PAYMENT_SUCCEEDED);
    }

    public function testEveryExceptionExtendsApiException(): void
    {
        $found = 0;
        foreach (get_declared_classes() as $class) {
            if (str_starts_with($class, 'LomiSDK\\Exception\\') && !str_contains($class, '@')) {
                $found++;
                self::assertTrue(is_subclass_of($class, \LomiSDK\ApiException::class), $class);
            }
        }
        // 27 kinds, PaymentRequiredError, and 20 kinds once more for writes whose outcome is
        // unknown.
        self::assertSame(48, $found);
        self::assertTrue(is_subclass_of(\LomiSDK\Exception\APITimeoutError::class, \LomiSDK\Exception\APIConnectionError::class));
        self::assertTrue(is_subclass_of(\LomiSDK\Exception\OutcomeUnknown\OutcomeUnknownError::class, \LomiSDK\Exception\APIConnectionError::class));
        self::assertTrue(is_subclass_of(\LomiSDK\Exception\OutcomeUnknown\ServerError::class, \LomiSDK\Exception\OutcomeUnknownError::class));
    }

    public function testOptionsAreTheSameInStubsReadmeAndHints(): void
    {
        $stubs = (string) file_get_contents(__DIR__ . '/../lomi.stubs.php');
        $readme = (string) file_get_contents(__DIR__ . '/../README.md');
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1']);
        $uses = [
            'array{environment' => fn (array $options) => new LomiClient('lomi_sk_test_1', $options),
            'array{idempotency_key' => fn (array $options) => $lomi->checkoutSessions->get('cs_1', $options),
        ];
        foreach ($uses as $begin => $use) {
            self::assertSame(1, preg_match('/' . $begin . '\?:.*?\}(?: \$options|$)/m', $stubs, $shape));
            preg_match_all('/[{ ](\w+)\?:/', $shape[0], $names);
            self::assertGreaterThan(10, count($names[1]));
            foreach ($names[1] as $name) {
                self::assertStringContainsString("`$name`", $readme);
                try {
                    $use([$name . 'e' => 1]);
                    self::fail("{$name}e is an option");
                } catch (ApiException $e) {
                    self::assertStringContainsString("did you mean \"$name\"", $e->getMessage());
                }
            }
        }
        foreach (['timeout', 'connect_timeout', 'attempt_timeout', 'idle_timeout', 'max_connections', 'allow_http'] as $name) {
            self::assertStringContainsString("$name?:", $stubs);
        }
    }
}

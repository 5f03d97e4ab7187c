<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Model\ModelInterface;
use LomiSDK\Tests\Support\Documented;
use PHPUnit\Framework\TestCase;

/** Every class, method, field and constant of the generated clients, found in the extension. */
final class DocumentedClassesTest extends TestCase
{
    private const FORMS = ['', 'WithHttpInfo', 'Async', 'AsyncWithHttpInfo', 'Request'];

    public function testEveryClassAndOperation(): void
    {
        $missing = [];
        $found = [];
        foreach (['current' => Documented::classes(), 'earlier' => Documented::earlierClasses()] as $which => $classes) {
            $found[$which] = 0;
            foreach ($classes as $class => $operations) {
                foreach (["LomiSDK\\Api\\$class", "LomiSDK\\$class"] as $name) {
                    if (!class_exists($name)) {
                        $missing[] = $name;
                        continue;
                    }
                    foreach ($operations as $method => [, , $arguments]) {
                        foreach (self::FORMS as $form) {
                            if (self::declared($name, $method . $form) !== trim("$arguments contentType='application/json'")) {
                                $missing[] = "$name::$method$form: " . self::declared($name, $method . $form);
                            }
                        }
                        if (constant("$name::contentTypes")[$method] !== ['application/json']) {
                            $missing[] = "$name::contentTypes: $method";
                        }
                    }
                    self::assertCount(count($operations), constant("$name::contentTypes"), $name);
                }
                $found[$which] += count($operations);
            }
        }
        self::assertSame([], $missing);
        self::assertSame(['current' => 84, 'earlier' => 127], $found);
        fprintf(STDERR, "%d + %d classes, %d + %d operations, %d missing\n", count(Documented::classes()), count(Documented::earlierClasses()), $found['current'], $found['earlier'], count($missing));
    }

    /** The parameters of a method with their defaults, as the data writes them. */
    private static function declared(string $class, string $method): string
    {
        if (!method_exists($class, $method)) {
            return 'there is none';
        }
        return implode(' ', array_map(
            fn ($p) => $p->getName() . ($p->isDefaultValueAvailable() ? '=' . (is_null($p->getDefaultValue()) ? 'null' : var_export($p->getDefaultValue(), true)) : ''),
            (new \ReflectionMethod($class, $method))->getParameters(),
        ));
    }

    public function testEveryModelAndField(): void
    {
        $missing = [];
        $fields = 0;
        foreach (Documented::models() as $model => $documented) {
            $name = "LomiSDK\\Model\\$model";
            if (!class_exists($name) || !is_subclass_of($name, ModelInterface::class)) {
                $missing[] = $name;
                continue;
            }
            $object = new $name();
            foreach ($documented as $field => $type) {
                $fields++;
                $studly = Documented::studly($field);
                if (self::ours($field, $type) !== ($name::openAPITypes()[$field] ?? null)) {
                    $missing[] = "$name: $field is a $type: " . ($name::openAPITypes()[$field] ?? 'there is none');
                    continue;
                }
                if (($name::getters()[$field] ?? null) !== "get$studly" || ($name::setters()[$field] ?? null) !== "set$studly" || ($name::attributeMap()[$field] ?? null) !== $field) {
                    $missing[] = "$name: the names of $field";
                }
                $value = new \stdClass();
                self::assertNull($object->{"get$studly"}(), "$name: $field");
                self::assertSame($object, $object->{"set$studly"}($value), "$name: $field");
                self::assertSame($value, $object->{"get$studly"}(), "$name: $field");
                self::assertSame($value, $object[$field], "$name: $field");
            }
        }
        self::assertSame([], $missing);
        self::assertSame([114, 1184], [count(Documented::models()), $fields]);
        fprintf(STDERR, "%d models, %d fields, %d missing\n", count(Documented::models()), $fields, count($missing));
    }

    /** The name of a documented type in `openAPITypes()`. */
    private static function ours(string $field, string $type): string
    {
        $model = fn (string $name) => '\\' . (new \ReflectionClass("LomiSDK\\Model\\$name"))->getName();
        return match (true) {
            in_array($field, Documented::LISTS, true) => 'string[]',
            (bool) preg_match('/^array<(\w+)>$/', $type, $of) => $model($of[1]) . '[]',
            class_exists("LomiSDK\\Model\\$type") => $model($type),
            default => $type,
        };
    }

    public function testEveryConstant(): void
    {
        $missing = [];
        $constants = 0;
        foreach (Documented::enums() as $enum => $values) {
            $name = "LomiSDK\\Model\\$enum";
            $ours = class_exists($name) ? (new \ReflectionClass($name))->getConstants() : [];
            foreach ($values as $constant => $value) {
                $constants++;
                // The documents write CANCELED; events have CANCELLED when they are read.
                $value = str_replace('_CANCELED', '_CANCELLED', $value);
                if (($ours[$constant] ?? null) !== $value || !in_array($value, $name::getAllowableEnumValues(), true)) {
                    $missing[] = "$name::$constant";
                }
            }
        }
        self::assertSame([], $missing);
        self::assertSame([17, 87], [count(Documented::enums()), $constants]);
        fprintf(STDERR, "%d classes of constants, %d constants, %d missing\n", count(Documented::enums()), $constants, count($missing));
    }

    public function testAnEarlierNameIsTheClassOfToday(): void
    {
        $page = new \LomiSDK\Model\CustomersGet200Response(['data' => []]);
        self::assertInstanceOf(\LomiSDK\Model\ListCustomers200Response::class, $page);
        self::assertInstanceOf(\LomiSDK\Model\CustomersGet200Response::class, new \LomiSDK\Model\ListCustomers200Response());
        self::assertInstanceOf(\LomiSDK\Api\CustomerApi::class, new \LomiSDK\CustomerApi());
        self::assertInstanceOf(\LomiSDK\CustomerApi::class, new \LomiSDK\Api\CustomerApi());
    }

    public function testTheErrorOfAnEarlierMethodHasItsName(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        $this->expectExceptionMessage('Missing the required parameter $customer_id when calling customersCustomerIdGet');
        (new \LomiSDK\Api\CustomerApi())->customersCustomerIdGet(null);
    }
}

<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

/** What the generated clients have, from data/documented.json. */
final class Documented
{
    /** Fields that are lists, which the documents call a string. */
    public const LISTS = ['allowed_providers', 'applies_to_product_types', 'authorized_events', 'spi_event_types'];

    /** @return array<string, array<string, array{string, string, string, ?string, ?string}>> by class and method: HTTP method, path, arguments, model of the body, model of the result */
    public static function classes(): array
    {
        return self::data()['classes'];
    }

    /** @return array<string, array<string, array{string, string, string, ?string, ?string}>> the same of earlier generated clients */
    public static function earlierClasses(): array
    {
        return self::data()['earlier_classes'];
    }

    /** @return array<string, string> the property of a client that has the operations of a class */
    public static function properties(): array
    {
        return self::data()['properties'];
    }

    /** @return array<string, array<string, string>> the fields of each model, with their types */
    public static function models(): array
    {
        return self::data()['models'];
    }

    /** @return array<string, array<string, string>> the constants of each class of words */
    public static function enums(): array
    {
        return self::data()['enums'];
    }

    /** `customer_email` to `CustomerEmail`. */
    public static function studly(string $name): string
    {
        return str_replace('_', '', ucwords($name, '_'));
    }

    /** @return array<string, mixed> */
    private static function data(): array
    {
        static $data = null;
        return $data ??= json_decode((string) file_get_contents(__DIR__ . '/../data/documented.json'), true, 16, JSON_THROW_ON_ERROR);
    }
}

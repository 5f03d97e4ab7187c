<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

/** Values for the fields of a documented model. */
final class Sample
{
    public const TIME = '2026-01-02T03:04:05Z';

    /** @return array<string, mixed> each field as JSON has it */
    public static function of(string $model): array
    {
        $values = [];
        foreach (Documented::models()[$model] as $field => $type) {
            $values[$field] = match ($type) {
                'string' => in_array($field, Documented::LISTS, true) ? ['one', 'two'] : "a $field",
                'float' => 1500,
                'int' => 20,
                'bool' => true,
                'object' => ['key' => 'value'],
                '\DateTime' => self::TIME,
                default => preg_match('/^array<(\w+)>$/', $type, $of) ? [self::of($of[1])] : self::of($type),
            };
        }
        return $values;
    }

    /** Where a model does not give the values of a sample; an empty list where it does. */
    public static function differences(object $model, array $sample, string $where): array
    {
        $wrong = [];
        foreach ($sample as $field => $expected) {
            $value = $model->{'get' . Documented::studly($field)}();
            if ($value instanceof \DateTime) {
                $value = $value->format('Y-m-d\TH:i:s\Z');
            }
            if (is_object($value) && $value instanceof \LomiSDK\Model\ModelInterface) {
                array_push($wrong, ...self::differences($value, $expected, "$where.$field"));
                continue;
            }
            if (is_array($value) && isset($value[0]) && is_object($value[0])) {
                array_push($wrong, ...self::differences($value[0], $expected[0], "$where.$field"));
                continue;
            }
            // The generated clients call every number a float.
            if (is_float($value) ? $value !== (float) $expected : $value !== $expected) {
                $wrong[] = "$where.$field: " . json_encode($value);
            }
        }
        return $wrong;
    }
}

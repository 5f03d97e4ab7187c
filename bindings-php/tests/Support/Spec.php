<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

/** The operations of core/spec, and values for what they take and return. */
final class Spec
{
    private const FOLDER = __DIR__ . '/../../../core/spec';
    private const TEXTS = [
        'date-time' => '2026-03-01T10:00:00Z',
        'uuid' => '3f0c8a4e-9d53-4c0f-8a3e-6f6f2b1c7a10',
        'uri' => 'https://shop.example/a',
        'email' => 'a@shop.example',
    ];

    /** @var array<string, array<string, mixed>> */
    private array $schemas;

    /** @var array<string, array<string, mixed>> The operations by name, each with its path in each route style. */
    public array $operations = [];

    public function __construct()
    {
        $this->schemas = self::read('openapi.json')['components']['schemas'];
        $files = array_map(fn ($file) => self::read("resources/$file"), array_diff(scandir(self::FOLDER . '/resources'), ['.', '..']));
        foreach ($files as $file) {
            $this->schemas += $file['schemas'];
        }
        foreach ($files as $file) {
            foreach ($file['paths'] as $path => $item) {
                foreach (array_diff_key($item, ['parameters' => 0]) as $method => $entry) {
                    $this->add($file['resource'], $path, $method, $entry);
                }
            }
        }
        foreach ($this->operations as &$operation) {
            // The newest API has the path of the current server where it has not renamed it.
            if (isset($operation['paths']['current'])) {
                $operation['paths'] += ['newest' => $operation['paths']['current']];
            }
        }
    }

    private static function read(string $path): array
    {
        return json_decode(file_get_contents(self::FOLDER . "/$path"), true, flags: JSON_THROW_ON_ERROR);
    }

    private function add(string $resource, string $path, string $method, array $entry): void
    {
        $lomi = $entry['x-lomi'];
        $response = reset($entry['responses']);
        $returned = self::schemaOf($response);
        $operation = &$this->operations[$lomi['operation']];
        $operation ??= [
            'property' => self::camel($resource),
            'method' => self::camel($lomi['verb']),
            'http' => strtoupper($method),
            'status' => array_key_first($entry['responses']),
            'ids' => preg_match_all('/\{\w+\}/', $path),
            'query' => array_filter($entry['parameters'] ?? [], fn ($one) => $one['in'] === 'query'),
            'body' => isset($entry['requestBody']) ? self::schemaOf($entry['requestBody']) : null,
            'returned' => $returned,
            'row' => $returned ? $this->schemas[$returned]['x-lomi']['lists'] ?? null : null,
            'any' => isset($response['content']) && $returned === null,
            'paths' => [],
            'generations' => '',
        ];
        foreach (isset($lomi['routes']) ? [$lomi['routes']] : ['documented', 'current'] as $style) {
            $operation['paths'][$style] = $path;
        }
        $operation['generations'] .= $lomi['generations'];
    }

    private static function schemaOf(array $part): ?string
    {
        $reference = $part['content']['application/json']['schema']['$ref'] ?? null;
        return $reference ? basename($reference) : null;
    }

    private static function camel(string $name): string
    {
        return lcfirst(str_replace('_', '', ucwords($name, '_')));
    }

    /** The class of a schema below LomiSDK\Model. */
    public function className(string $schema): string
    {
        return 'LomiSDK\\Model\\' . $this->schemas[$schema]['x-lomi']['names']['php'];
    }

    /** An object as the server sends it. */
    public function received(string $schema): array
    {
        return $this->object($schema, 'writeOnly');
    }

    /** A body with all fields that can be sent. */
    public function sent(string $schema): array
    {
        return $this->object($this->schemas[$schema]['x-lomi']['writes'] ?? $schema, 'readOnly');
    }

    private function object(string $schema, string $without): array
    {
        $fields = array_filter($this->schemas[$schema]['properties'], fn ($field) => empty($field[$without]) && !isset($field['x-lomi']['mirrors']));
        return array_map($this->value(...), $fields);
    }

    public function value(array $property): mixed
    {
        if (isset($property['$ref'])) {
            $of = basename($property['$ref']);
            return $this->schemas[$of]['enum'][0] ?? $this->received($of);
        }
        return match ($property['type'] ?? 'words') {
            'words' => ['one', 'two'],
            'array' => [($property['items']['type'] ?? null) === 'string' ? 'text' : $this->value($property['items'])],
            'boolean' => true,
            'integer' => $property['minimum'] ?? 1,
            'number' => 25,
            'object' => ['key' => 'value'],
            default => self::TEXTS[$property['format'] ?? ''] ?? 'text',
        };
    }
}

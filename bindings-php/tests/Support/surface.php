<?php

/** What Reflection says of every class of LomiSDK that is loaded, as plain arrays. */

declare(strict_types=1);

function surface(): array
{
    $surface = [];
    foreach ([...get_declared_classes(), ...get_declared_interfaces()] as $name) {
        if (!str_starts_with($name, 'LomiSDK\\') || str_contains($name, '@') || preg_match('/^LomiSDK\\\\(Tests|Testing|Internal|Laravel|Symfony|Psr15|Inbox|Webhook\\\\)/', $name)) {
            continue;
        }
        $class = new ReflectionClass($name);
        $parent = $class->getParentClass();
        $interfaces = $class->getInterfaceNames();
        sort($interfaces);
        $constants = [];
        foreach ($class->getReflectionConstants() as $constant) {
            $constants[$constant->getName()] = $constant->getValue();
        }
        $surface[$name] = [
            'parent' => $parent ? $parent->getName() : null,
            'interfaces' => $interfaces,
            'final' => $class->isFinal(),
            'constants' => $constants,
            'properties' => array_filter(array_map(
                fn ($p) => $p->getDeclaringClass()->getName() === $name
                    ? [implode(' ', Reflection::getModifierNames($p->getModifiers())), $p->getName(), $p->getDefaultValue()]
                    : null,
                $class->getProperties(),
            )),
            'methods' => methods($class),
        ];
        usort($surface[$name]['properties'], fn ($a, $b) => $a[1] <=> $b[1]);
    }
    ksort($surface);
    return $surface;
}

function methods(ReflectionClass $class): array
{
    $methods = [];
    foreach ($class->getMethods() as $method) {
        if (!str_starts_with($method->getDeclaringClass()->getName(), 'LomiSDK\\')) {
            continue;
        }
        $type = $method->getReturnType() ?? ($method->isInternal() ? $method->getTentativeReturnType() : null);
        $methods[$method->getName()] = [
            'modifiers' => implode(' ', Reflection::getModifierNames($method->getModifiers())),
            'parameters' => array_map(fn ($p) => [
                'name' => $p->getName(),
                'type' => typeName($p->getType()),
                'default' => $p->isDefaultValueAvailable() ? ['value' => $p->getDefaultValue()] : null,
                'sensitive' => (bool) array_filter($p->getAttributes(), fn ($a) => $a->getName() === 'SensitiveParameter'),
            ], $method->getParameters()),
            'returns' => typeName($type),
        ];
    }
    ksort($methods);
    return $methods;
}

/** A type's parts in one order: PHP itself writes unions in the order it stores them. */
function typeName(?ReflectionType $type): ?string
{
    if ($type === null) {
        return null;
    }
    $parts = explode('|', str_replace('?', 'null|', (string) $type));
    $parts = array_map(fn ($part) => $part === 'iterable' ? 'Traversable|array' : $part, $parts);
    $parts = explode('|', implode('|', $parts));
    sort($parts);
    return implode('|', array_unique($parts));
}

/** The second names of classes, each with the class that it stands for. */
function aliases(): array
{
    $aliases = [];
    foreach ([...get_declared_classes(), ...get_declared_interfaces()] as $name) {
        // PHP lists an alias in lower case.
        if (str_starts_with($name, 'lomisdk\\')) {
            $aliases[$name] = (new ReflectionClass($name))->getName();
        }
    }
    ksort($aliases);
    return $aliases;
}

<?php

// Prints, as JSON, what the PHP extension has: methods with their arguments, of resources, of the client and of
// the documented classes.

function methods(string $class): array
{
    $public = (new ReflectionClass($class))->getMethods(ReflectionMethod::IS_PUBLIC);
    $names = array_map(fn ($method) => $method->getName(), $public);

    return array_values(array_filter($names, fn ($name) => !str_starts_with($name, '__')));
}

$client = new LomiSDK\LomiClient('lomi_sk_test_probe');
$found = [];
foreach ((new ReflectionClass($client))->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
    $class = get_class($client->{$property->getName()});
    foreach (methods($class) as $name) {
        $parameters = (new ReflectionMethod($class, $name))->getParameters();
        $arguments = array_map(fn ($parameter) => $parameter->getName(), $parameters);
        $found["{$property->getName()}.$name"] = ['arguments' => $arguments];
    }
}
$documented = [];
$handled = ['setHostIndex', 'getHostIndex', 'getConfig', 'createHttpClientOption'];
foreach (json_decode($argv[1]) as $name) {
    $all = array_diff(methods("LomiSDK\\Api\\$name"), $handled);
    // Each operation has variants, whose names end in these words.
    $base = fn ($one) => preg_replace('/(Async|WithHttpInfo|AsyncWithHttpInfo|Request)$/', '', $one);
    $isVariant = fn ($one) => in_array($base($one), array_diff($all, [$one]), true);
    $documented[$name] = array_values(array_filter($all, fn ($one) => !$isVariant($one)));
}
$models = array_values(array_filter(json_decode($argv[2]), fn ($name) => class_exists("LomiSDK\\Model\\$name")));
echo json_encode([
    'methods' => $found,
    'client' => methods(LomiSDK\LomiClient::class),
    'documented' => $documented,
    'names' => $models,
]);

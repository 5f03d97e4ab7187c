<?php

/**
 * The generated client, for comparison: Guzzle sends, and responses become models field by
 * field, by what `openAPITypes()`, `attributeMap()` and `setters()` of each class say. The
 * package itself cannot be had where the bench runs, so this is written after what
 * OpenAPI Generator makes of a description: the same request, the same loops, the same
 * objects (35 fields, moments as \DateTime), and nothing that it does not do.
 */

declare(strict_types=1);

namespace Generated;

final class Serializer
{
    private const PLAIN = ['\DateTime', '\SplFileObject', 'array', 'bool', 'boolean', 'byte', 'float', 'int', 'integer', 'mixed', 'number', 'object', 'string', 'void'];

    public static function deserialize(mixed $data, string $class): mixed
    {
        if ($data === null) {
            return null;
        }
        if (strcasecmp(substr($class, -2), '[]') === 0) {
            $values = [];
            foreach ($data as $value) {
                $values[] = self::deserialize($value, substr($class, 0, -2));
            }
            return $values;
        }
        if (preg_match('/^(array<|map\[)/', $class)) {
            return (array) $data;
        }
        if ($class === 'object') {
            settype($data, 'array');
            return $data;
        }
        if ($class === '\DateTime') {
            return empty($data) ? null : new \DateTime($data);
        }
        if (in_array($class, self::PLAIN, true)) {
            settype($data, $class);
            return $data;
        }
        if (method_exists($class, 'getAllowableEnumValues')) {
            return $data;
        }
        $data = is_string($data) ? json_decode($data) : $data;
        $model = new $class();
        foreach ($model::openAPITypes() as $property => $type) {
            $setter = $model::setters()[$property];
            if (!isset($setter)) {
                continue;
            }
            if (!isset($data->{$model::attributeMap()[$property]})) {
                if ($model::isNullable($property)) {
                    $model->$setter(null);
                }
                continue;
            }
            $value = $data->{$model::attributeMap()[$property]};
            $model->$setter(self::deserialize($value, $type));
        }
        return $model;
    }

    /** A body as it is sent: a model's set fields, or an array as it is. */
    public static function sanitize(mixed $data): mixed
    {
        if (is_scalar($data) || $data === null) {
            return $data;
        }
        if ($data instanceof \DateTime) {
            return $data->format(\DateTimeInterface::ATOM);
        }
        if (is_array($data)) {
            return array_map(self::sanitize(...), $data);
        }
        $values = [];
        foreach ($data::openAPITypes() as $property => $type) {
            $value = $data->{$data::getters()[$property]}();
            if ($value !== null) {
                $values[$data::attributeMap()[$property]] = self::sanitize($value);
            }
        }
        return (object) $values;
    }
}

/** Writes the class of a model as the generator writes it. @param array<string, string> $types */
function declareModel(string $name, array $types): void
{
    $studly = fn (string $field) => str_replace('_', '', ucwords($field, '_'));
    $names = array_keys($types);
    $table = fn (array $values) => var_export(array_combine($names, $values), true);
    $methods = '';
    foreach ($names as $field) {
        $methods .= <<<PHP
            public function get{$studly($field)}() { return \$this->container['$field']; }
            public function set{$studly($field)}(\$$field)
            {
                if (is_null(\$$field)) { throw new \InvalidArgumentException('non-nullable $field cannot be null'); }
                \$this->container['$field'] = \$$field;
                return \$this;
            }

            PHP;
    }
    $constructor = implode("\n", array_map(fn ($field) => "\$this->setIfExists('$field', \$data ?? [], null);", $names));
    eval(<<<PHP
        namespace Generated;
        class $name implements \ArrayAccess, \JsonSerializable
        {
            protected static \$openAPITypes = {$table(array_values($types))};
            protected static \$attributeMap = {$table($names)};
            protected static \$setters = {$table(array_map(fn ($f) => 'set' . $studly($f), $names))};
            protected static \$getters = {$table(array_map(fn ($f) => 'get' . $studly($f), $names))};
            protected static array \$openAPINullables = {$table(array_fill(0, count($names), false))};
            protected array \$openAPINullablesSetToNull = [];
            protected \$container = [];
            public function __construct(?array \$data = null) { $constructor }
            private function setIfExists(string \$name, array \$fields, \$default): void
            {
                if (self::isNullable(\$name) && array_key_exists(\$name, \$fields) && is_null(\$fields[\$name])) {
                    \$this->openAPINullablesSetToNull[] = \$name;
                }
                \$this->container[\$name] = \$fields[\$name] ?? \$default;
            }
            public static function openAPITypes() { return self::\$openAPITypes; }
            public static function attributeMap() { return self::\$attributeMap; }
            public static function setters() { return self::\$setters; }
            public static function getters() { return self::\$getters; }
            protected static function openAPINullables(): array { return self::\$openAPINullables; }
            public static function isNullable(string \$property): bool { return self::openAPINullables()[\$property] ?? false; }
            public function offsetExists(\$offset): bool { return isset(\$this->container[\$offset]); }
            public function offsetGet(\$offset): mixed { return \$this->container[\$offset] ?? null; }
            public function offsetSet(\$offset, \$value): void { \$this->container[\$offset] = \$value; }
            public function offsetUnset(\$offset): void { unset(\$this->container[\$offset]); }
            public function jsonSerialize(): mixed { return Serializer::sanitize(\$this); }
            $methods
        }
        PHP);
}

$text = fn (string ...$names) => array_fill_keys($names, 'string');
declareModel('CheckoutSessions', [
    ...$text('checkout_session_id', 'organization_id', 'status'), 'amount' => 'float', ...$text('currency_code', 'title', 'public_description', 'customer_id', 'customer_email', 'customer_name', 'customer_phone', 'product_id', 'price_id', 'subscription_id', 'payment_link_id', 'payment_request_id', 'installment_plan_id', 'allowed_providers'), 'allow_quantity' => 'bool', 'quantity' => 'float', 'allow_coupon_code' => 'bool', ...$text('success_url', 'cancel_url'), 'is_pos' => 'bool', 'is_spi' => 'bool', ...$text('qr_code_data', 'qr_code_type', 'spi_account_number', 'spi_qr_code_id'), 'metadata' => 'object', 'environment' => 'string', 'expires_at' => '\DateTime', 'created_at' => '\DateTime', 'created_by' => 'string', 'updated_at' => '\DateTime',
]);
declareModel('Pagination', ['limit' => 'int', 'offset' => 'int', 'total' => 'int']);
declareModel('ListCheckoutSessions200Response', ['data' => '\Generated\CheckoutSessions[]', 'pagination' => '\Generated\Pagination']);

final class CheckoutSessionsApi
{
    public function __construct(private \GuzzleHttp\Client $client, private string $host, private string $key)
    {
    }

    public function create(array $body): CheckoutSessions
    {
        return $this->send('POST', '/checkout_sessions', [], $body, '\Generated\CheckoutSessions');
    }

    public function retrieve(string $id): CheckoutSessions
    {
        $path = str_replace('{session_id}', rawurlencode($id), '/checkout_sessions/{session_id}');
        return $this->send('GET', $path, [], null, '\Generated\CheckoutSessions');
    }

    public function list(int $limit, int $offset = 0): ListCheckoutSessions200Response
    {
        return $this->send('GET', '/checkout_sessions', ['limit' => $limit, 'offset' => $offset], null, '\Generated\ListCheckoutSessions200Response');
    }

    private function send(string $method, string $path, array $query, mixed $body, string $model): mixed
    {
        $headers = ['User-Agent' => 'OpenAPI-Generator/1.0.0/PHP', 'X-API-KEY' => $this->key, 'Accept' => 'application/json', 'Content-Type' => 'application/json'];
        $text = $body === null ? '' : \GuzzleHttp\Utils::jsonEncode(Serializer::sanitize($body));
        $query = \GuzzleHttp\Psr7\Query::build($query);
        $request = new \GuzzleHttp\Psr7\Request($method, $this->host . $path . ($query ? "?$query" : ''), $headers, $text);
        $response = $this->client->send($request, []);
        if ($response->getStatusCode() < 200 || $response->getStatusCode() > 299) {
            throw new \RuntimeException("[{$response->getStatusCode()}]", $response->getStatusCode());
        }
        $content = json_decode((string) $response->getBody(), false, 512, JSON_THROW_ON_ERROR);
        return Serializer::deserialize($content, $model);
    }
}

<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Internal\Messages;
use PDO;

/**
 * Keys in a table, which createTable() makes as well:
 *
 *     CREATE TABLE lomi_webhook_deliveries (
 *         delivery_key VARCHAR(80) PRIMARY KEY, remembered_until BIGINT NOT NULL
 *     )
 *
 * In a transaction of the shop, the key is committed together with the handler's work.
 */
final class PdoStore implements ReplayStore
{
    private string $driver;

    public function __construct(private PDO $pdo, private string $table = 'lomi_webhook_deliveries')
    {
        if (preg_match('/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/D', $table) !== 1) {
            throw new ConfigurationError(Messages::text('table_not_plain', ['example' => 'shop.deliveries']));
        }
        $this->driver = (string) $pdo->getAttribute(PDO::ATTR_DRIVER_NAME);
        if (!in_array($this->driver, ['pgsql', 'sqlite', 'mysql'], true)) {
            throw new ConfigurationError("PdoStore knows PostgreSQL, SQLite and MySQL, not {$this->driver}: use a CallbackStore");
        }
    }

    /** Creates the table where there is none. */
    public function createTable(): void
    {
        $this->changed("CREATE TABLE IF NOT EXISTS {$this->table} (delivery_key VARCHAR(80) PRIMARY KEY, remembered_until BIGINT NOT NULL)");
    }

    public function remember(string $key, int $ttl): bool
    {
        $now = time();
        $until = (int) min($now + $ttl, PHP_INT_MAX);
        if ($this->driver === 'mysql') {
            $this->changed("DELETE FROM {$this->table} WHERE delivery_key = ? AND remembered_until <= ?", $key, $now);
            return $this->changed("INSERT IGNORE INTO {$this->table} (delivery_key, remembered_until) VALUES (?, ?)", $key, $until) > 0;
        }
        // One step: inserts, or replaces an expired row.
        return $this->changed("INSERT INTO {$this->table} AS known (delivery_key, remembered_until) VALUES (?, ?)"
            . ' ON CONFLICT (delivery_key) DO UPDATE SET remembered_until = excluded.remembered_until'
            . ' WHERE known.remembered_until <= ?', $key, $until, $now) > 0;
    }

    public function forget(string $key): void
    {
        $this->changed("DELETE FROM {$this->table} WHERE delivery_key = ?", $key);
    }

    /** Deletes the expired rows. Call it about once a day. */
    public function deleteExpired(): void
    {
        $this->changed("DELETE FROM {$this->table} WHERE remembered_until <= ?", time());
    }

    private function changed(string $sql, string|int ...$values): int
    {
        $statement = $this->pdo->prepare($sql);
        if ($statement === false) {
            throw new \RuntimeException('the statement of PdoStore was refused: ' . json_encode($this->pdo->errorInfo()));
        }
        foreach (array_values($values) as $at => $value) {
            $statement->bindValue($at + 1, $value, is_int($value) ? PDO::PARAM_INT : PDO::PARAM_STR);
        }
        if (!$statement->execute()) {
            // With PDO::ERRMODE_SILENT: otherwise no row would mean that the delivery came before.
            throw new \RuntimeException('the statement of PdoStore failed: ' . json_encode($statement->errorInfo()));
        }
        return $statement->rowCount();
    }
}

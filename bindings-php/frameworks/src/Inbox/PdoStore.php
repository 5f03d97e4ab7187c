<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Internal\Messages;
use PDO;
use PDOException;
use PDOStatement;
use Throwable;

/**
 * Marks in a table of SQLite, PostgreSQL, MySQL or MariaDB. The handler writes with the same PDO:
 *
 *     $inbox = new Inbox(new PdoStore($pdo));
 *
 * The tables that the handler writes must have transactions too (InnoDB in MySQL).
 */
final class PdoStore extends SqlStore
{
    /**
     * @param string $table a plain name, also with a schema: `shop.lomi_inbox`
     * @throws ConfigurationError for another driver
     */
    public function __construct(private PDO $pdo, string $table = Statements::TABLE)
    {
        parent::__construct((string) $pdo->getAttribute(PDO::ATTR_DRIVER_NAME), $table);
    }

    protected function transaction(callable $work): bool
    {
        if ($this->pdo->inTransaction()) {
            throw new ConfigurationError(Messages::text('inbox_in_transaction'));
        }
        $this->check($this->pdo->beginTransaction());
        try {
            if ($work($this->pdo, fn (): bool => $this->pdo->inTransaction())) {
                $this->check($this->pdo->commit());
                return true;
            }
        } catch (Throwable $error) {
            $this->rollBack();
            throw $error;
        }
        $this->rollBack();
        return false;
    }

    protected function change(string $sql, array $values = []): int
    {
        return $this->run($sql, $values)->rowCount();
    }

    protected function value(string $sql, array $values): ?string
    {
        $statement = $this->run($sql, $values);
        $value = $statement->fetchColumn();
        $statement->closeCursor();
        return $value === false ? null : (string) $value;
    }

    private function run(string $sql, array $values): PDOStatement
    {
        $statement = $this->pdo->prepare($sql);
        $this->check($statement !== false);
        foreach ($values as $at => $value) {
            $statement->bindValue($at + 1, $value, is_int($value) ? PDO::PARAM_INT : PDO::PARAM_STR);
        }
        $this->check($statement->execute(), $statement);
        return $statement;
    }

    /** Throws what a PDO with ERRMODE_EXCEPTION would have thrown: a failed insert must not look like a repeated event. */
    private function check(bool $succeeded, PDO|PDOStatement|null $failed = null): void
    {
        if ($succeeded) {
            return;
        }
        $info = ($failed ?? $this->pdo)->errorInfo();
        $error = new PDOException("SQLSTATE[{$info[0]}]: " . ($info[2] ?? 'the statement failed'));
        $error->errorInfo = $info;
        throw $error;
    }

    private function rollBack(): void
    {
        try {
            if ($this->pdo->inTransaction()) {
                @$this->pdo->rollBack();
            }
        } catch (PDOException) {
            // A lost connection: the database rolls back by itself. The error before is the one to know.
        }
    }
}

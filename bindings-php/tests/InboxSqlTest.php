<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use Illuminate\Database\Eloquent\Model;
use LomiSDK\ApiException;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Inbox\Inbox;
use LomiSDK\Inbox\InboxRolledBackError;
use LomiSDK\Inbox\LaravelStore;
use LomiSDK\Inbox\PdoStore;
use LomiSDK\Tests\Support\Inbox\InboxTestCase;
use LomiSDK\Tests\Support\Inbox\Shop;
use LomiSDK\Tests\Support\Process;
use PDO;
use PDOException;

require_once __DIR__ . '/Support/Inbox/autoload.php';

/** Where a database or its driver could make an inbox lose an event: errors that are no errors, transactions that end. */
final class InboxSqlTest extends InboxTestCase
{
    protected const DATABASES = ['postgresql', 'mariadb'];

    public static function pdoKinds(): array
    {
        return array_intersect_key(self::kinds(), array_flip(['sqlite', 'pgsql', 'mysql']));
    }

    public static function laravelKinds(): array
    {
        return array_diff_key(self::sqlKinds(), self::pdoKinds());
    }

    private static function inbox(Shop $shop, PDO $pdo): Inbox
    {
        return new Inbox(new PdoStore($pdo, $shop->table()));
    }

    private static function assertNothingIsStored(Shop $shop): void
    {
        self::assertSame([[], 0, 0], [$shop->lines(), $shop->balance(), $shop->marks()]);
    }

    /** @dataProvider pdoKinds */
    public function testAStatementThatFailsIsNoRepeatedEvent(string $kind): void
    {
        $shop = self::open($kind);
        foreach ([PDO::ERRMODE_SILENT, PDO::ERRMODE_EXCEPTION] as $mode) {
            $pdo = $shop->pdo([PDO::ATTR_ERRMODE => $mode]);
            $missing = new Inbox(new PdoStore($pdo, 'there_is_none'));
            $error = self::thrownBy(fn () => $missing->handle(self::event('t1'), self::unused()));
            self::assertSame(PDOException::class, $error::class);
            self::assertStringContainsString('there_is_none', $error->getMessage());
            self::assertNotSame('00000', $error->errorInfo[0]);
            self::assertFalse($pdo->inTransaction());
            foreach ([fn () => $missing->deleteOld(), fn () => $missing->reconcile(self::client(), self::unused(), '2020-01-01')] as $call) {
                self::assertInstanceOf(PDOException::class, self::thrownBy($call));
            }
        }
        self::assertTrue(self::inbox($shop, $pdo)->handle(self::event('t1'), $shop->handler()));
        self::assertSame(1, $shop->marks());
    }

    /** @dataProvider pdoKinds */
    public function testWaitingTooLongForAnotherProcessIsNoRepeatedEvent(string $kind): void
    {
        $shop = self::open($kind);
        foreach ([PDO::ERRMODE_SILENT, PDO::ERRMODE_EXCEPTION] as $mode) {
            $other = $shop->pdo([PDO::ATTR_ERRMODE => $mode]);
            $other->exec(['sqlite' => 'PRAGMA busy_timeout = 50', 'pgsql' => "SET lock_timeout = '50ms'", 'mysql' => 'SET innodb_lock_wait_timeout = 1'][$kind]);
            $handled = $shop->inbox->handle(self::event("t$mode"), function ($event) use ($shop, $other): void {
                $error = self::thrownBy(fn () => self::inbox($shop, $other)->handle($event, self::unused()));
                self::assertSame(PDOException::class, $error::class);
                self::assertMatchesRegularExpression('/lock/i', $error->getMessage());
            });
            self::assertTrue($handled);
            self::assertFalse(self::inbox($shop, $other)->handle(self::event("t$mode"), self::unused()));
        }
    }

    /** @dataProvider pdoKinds */
    public function testTheSettingsOfAConnectionDoNotMatter(string $kind): void
    {
        $shop = self::open($kind);
        $options = [[PDO::ATTR_EMULATE_PREPARES => true], [PDO::ATTR_EMULATE_PREPARES => false], [PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_OBJ, PDO::ATTR_CASE => PDO::CASE_UPPER, PDO::ATTR_STRINGIFY_FETCHES => true]];
        if ($kind === 'mysql') {
            array_push($options, [PDO::MYSQL_ATTR_FOUND_ROWS => true], [PDO::MYSQL_ATTR_USE_BUFFERED_QUERY => false], [PDO::ATTR_AUTOCOMMIT => false]);
        }
        foreach ($options as $number => $option) {
            $inbox = self::inbox($shop, $shop->pdo($option));
            self::assertTrue($inbox->handle(self::event("t$number"), $shop->handler()));
            self::assertFalse($inbox->handle(self::event("t$number"), self::unused()));
            self::assertFalse($shop->inbox->handle(self::event("t$number"), self::unused()));
        }
        self::assertSame(count($options), $shop->marks());
    }

    /** PostgreSQL checks such a constraint when it commits. */
    public function testACommitThatFailsStoresNothing(): void
    {
        $shop = self::open('pgsql');
        foreach ([PDO::ERRMODE_SILENT, PDO::ERRMODE_EXCEPTION] as $mode) {
            $pdo = $shop->pdo([PDO::ATTR_ERRMODE => $mode]);
            $pdo->exec("CREATE TABLE orders_$mode (id INT PRIMARY KEY)");
            $pdo->exec("CREATE TABLE items_$mode (order_id INT REFERENCES orders_$mode DEFERRABLE INITIALLY DEFERRED)");
            $handler = function ($event, PDO $pdo) use ($shop, $mode): void {
                ($shop->handler())($event, $pdo);
                $pdo->exec("INSERT INTO items_$mode VALUES (7)");
            };
            $error = self::thrownBy(fn () => self::inbox($shop, $pdo)->handle(self::event('t1'), $handler));
            self::assertSame(PDOException::class, $error::class);
            self::assertStringContainsString('foreign key', $error->getMessage());
            self::assertNothingIsStored($shop);
        }
    }

    /** @dataProvider sqlKinds */
    public function testAHandlerThatEndsTheTransactionIsNotBelieved(string $kind): void
    {
        $shop = self::open($kind);
        $pdo = fn (object $transaction): PDO => $transaction instanceof PDO ? $transaction : $transaction->getPdo();
        $endings = ['rollBack' => fn ($event, object $transaction) => $transaction->rollBack()];
        if (str_ends_with($kind, 'pgsql')) {
            // It catches the error of a statement: COMMIT then rolls back, and says nothing.
            $endings['caught'] = fn ($event, $transaction) => self::thrownBy(fn () => $pdo($transaction)->exec('INSERT INTO there_is_none VALUES (1)'));
        }
        if (str_ends_with($kind, 'mysql')) {
            // As after a deadlock: the transaction is gone, and statements commit by themselves.
            $endings['deadlock'] = fn ($event, object $transaction) => $pdo($transaction)->exec('ROLLBACK AND CHAIN');
        }
        foreach ($endings as $ending => $end) {
            $handler = function ($event, object $transaction) use ($shop, $end): void {
                ($shop->handler())($event, $transaction);
                $end($event, $transaction);
            };
            $error = self::thrownBy(fn () => $shop->inbox->handle(self::event('t1'), $handler));
            self::assertInstanceOf(InboxRolledBackError::class, $error, $ending);
            self::assertInstanceOf(ApiException::class, $error);
            self::assertSame('InboxRolledBackError', $error->getKind());
            self::assertSame($ending === 'caught', $error->getPrevious() instanceof PDOException);
            self::assertNothingIsStored($shop);
        }
        $commits = fn ($event, object $transaction) => $transaction->commit();
        self::assertInstanceOf(InboxRolledBackError::class, self::thrownBy(fn () => $shop->inbox->handle(self::event('t2'), $commits)));
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()), 'the connection can be used again');
    }

    /** @dataProvider pdoKinds */
    public function testAConnectionInATransactionIsRefused(string $kind): void
    {
        $shop = self::open($kind);
        $shop->connection->beginTransaction();
        $error = self::thrownBy(fn () => $shop->inbox->handle(self::event('t1'), self::unused()));
        self::assertInstanceOf(ConfigurationError::class, $error);
        self::assertStringContainsString('in a transaction already', $error->getMessage());
        self::assertTrue($shop->connection->inTransaction(), 'that transaction is not ended');
        $shop->connection->rollBack();
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()));
    }

    /** @dataProvider laravelKinds */
    public function testLaravelMarksInATransactionOfTheCaller(string $kind): void
    {
        $shop = self::open($kind);
        $shop->connection->beginTransaction();
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()));
        self::assertFalse($shop->inbox->handle(self::event('t1'), self::unused()));
        self::assertSame(1, $shop->connection->transactionLevel());
        $shop->connection->rollBack();
        self::assertNothingIsStored($shop);
        $shop->connection->transaction(fn () => $shop->inbox->handle(self::event('t1'), $shop->handler()));
        self::assertSame([100, 1], [$shop->balance(), $shop->marks()]);
    }

    /** @dataProvider laravelKinds */
    public function testWhatEloquentWritesIsInTheTransaction(string $kind): void
    {
        $shop = self::open($kind);
        $model = new class () extends Model {
            public $timestamps = false;
            public $incrementing = false;
            protected $guarded = [];
        };
        $fails = true;
        $handler = function ($event, $connection) use ($model, $shop, &$fails): void {
            $order = $model->newInstance(['line' => 'PAYMENT_SUCCEEDED t1 eloquent'])->setTable("lines_$shop->name");
            self::assertTrue($order->save());
            self::assertSame($order->getConnection(), $connection);
            // A transaction of the handler is a part of the inbox's.
            $connection->transaction(fn () => ($shop->handler())($event, $connection));
            $fails && throw new \DomainException('the handler fails');
        };
        self::assertInstanceOf(\DomainException::class, self::thrownBy(fn () => $shop->inbox->handle(self::event('t1'), $handler)));
        self::assertNothingIsStored($shop);
        $fails = false;
        self::assertTrue($shop->inbox->handle(self::event('t1'), $handler));
        self::assertSame([2, 100, 1], [count($shop->lines()), $shop->balance(), $shop->marks()]);
    }

    /** @dataProvider laravelKinds */
    public function testLaravelWithoutExceptionsIsRefused(string $kind): void
    {
        $shop = self::open($kind);
        $connection = $shop->laravel(['options' => [PDO::ATTR_ERRMODE => PDO::ERRMODE_SILENT]]);
        $inbox = new Inbox(new LaravelStore($connection, 'there_is_none'));
        $error = self::thrownBy(fn () => $inbox->handle(self::event('t1'), self::unused()));
        self::assertInstanceOf(ConfigurationError::class, $error);
        self::assertStringContainsString('ERRMODE_EXCEPTION', $error->getMessage());
        $usual = new Inbox(new LaravelStore($shop->laravel(), 'there_is_none'));
        self::assertInstanceOf(PDOException::class, self::thrownBy(fn () => $usual->handle(self::event('t1'), self::unused())));
    }

    /**
     * @testWith ["mysql"]
     *           ["laravel-mysql"]
     */
    public function testATableWithoutTransactionsIsRefused(string $kind): void
    {
        $shop = self::open($kind);
        $shop->reader()->exec("ALTER TABLE {$shop->table()} ENGINE=MyISAM");
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()), 'a store looks once');
        $again = new Shop($kind, self::servers(), $shop->name);
        foreach ([fn () => $again->inbox->handle(self::event('t2'), self::unused()), fn () => $again->inbox->createTable()] as $call) {
            $error = self::thrownBy($call);
            self::assertInstanceOf(ConfigurationError::class, $error);
            self::assertStringContainsString('engine without transactions', $error->getMessage());
        }
        $shop->reader()->exec("ALTER TABLE {$shop->table()} ENGINE=InnoDB");
        self::assertTrue($again->inbox->handle(self::event('t2'), $shop->handler()));
        if ($kind === 'mysql') {
            $named = new Inbox(new PdoStore($shop->pdo(), "shop.{$shop->table()}"));
            self::assertFalse($named->handle(self::event('t2'), self::unused()));
        }
    }

    public function testWhatIsNoTableOrNoDatabaseIsRefused(): void
    {
        $pdo = new PDO('sqlite::memory:');
        foreach (['', 'a b', 'a;b', 'a.b.c', "a\n", '1a', '"a"'] as $table) {
            self::assertInstanceOf(ConfigurationError::class, self::thrownBy(fn () => new PdoStore($pdo, $table)), $table);
        }
        $other = $this->createMock(PDO::class);
        $other->method('getAttribute')->willReturn('sqlsrv');
        $error = self::thrownBy(fn () => new PdoStore($other));
        self::assertInstanceOf(ConfigurationError::class, $error);
        self::assertStringContainsString('sqlsrv', $error->getMessage());
    }

    public function testTwoProcessesMayCreateTheTable(): void
    {
        $shop = self::open('pgsql');
        $pdo = $shop->pdo();
        $pdo->exec("DROP TABLE {$shop->table()}");
        // The other one has created it, and has not committed yet: PostgreSQL then refuses ours.
        $pdo->beginTransaction();
        (new PdoStore($pdo, $shop->table()))->createTable();
        $code = 'require $argv[1]; (new LomiSDK\Tests\Support\Inbox\Shop(...json_decode($argv[2], true)))->inbox->createTable(); echo "created";';
        $arguments = [__DIR__ . '/Support/Inbox/autoload.php', json_encode(['pgsql', self::servers(), $shop->name])];
        $command = [PHP_BINARY, '-d', 'extension=' . Process::library(), '-r', $code, ...$arguments];
        $other = proc_open($command, [1 => ['pipe', 'w'], 2 => STDERR], $pipes);
        usleep(300_000);
        $pdo->commit();
        self::assertSame('created', stream_get_contents($pipes[1]));
        proc_close($other);
    }

    /** Laravel itself is not installed; its container and its database are. */
    public function testLaravelMakesAnInboxOverItsDefaultDatabase(): void
    {
        $code = <<<'PHP'
            namespace Illuminate\Contracts\Foundation { interface Application {} }
            namespace {
                require $argv[1];
                require '/usr/share/php/Illuminate/Database/autoload.php';
                require dirname($argv[1], 4) . '/frameworks/src/Laravel/LomiServiceProvider.php';
                $app = new class () extends Illuminate\Container\Container implements Illuminate\Contracts\Foundation\Application {};
                $manager = new Illuminate\Database\Capsule\Manager($app);
                $manager->addConnection(['driver' => 'sqlite', 'database' => ':memory:', 'prefix' => 'shop_']);
                $app->instance('db', $manager->getDatabaseManager());
                (new LomiSDK\Laravel\LomiServiceProvider($app))->register();
                $inbox = $app->make(LomiSDK\Inbox\Inbox::class);
                $inbox->createTable();
                $event = new LomiSDK\Model\Event(['id' => 'e1', 'event' => 'PAYOUT_CREATED', 'data' => []]);
                $handler = fn ($event, $connection) => var_dump($connection === $manager->getConnection());
                var_dump($inbox->handle($event, $handler), $inbox->handle($event, $handler));
                echo $manager->getConnection()->table('lomi_inbox')->value('event_name'), $manager->getConnection()->selectOne('SELECT COUNT(*) AS n FROM shop_lomi_inbox')->n;
            }
            PHP;
        $file = tempnam(sys_get_temp_dir(), 'lomi-inbox');
        file_put_contents($file, "<?php\n$code");
        $command = [PHP_BINARY, '-d', 'extension=' . Process::library(), $file, __DIR__ . '/Support/Inbox/autoload.php'];
        $printed = shell_exec(implode(' ', array_map(escapeshellarg(...), $command)) . ' 2>&1');
        unlink($file);
        self::assertSame("bool(true)\nbool(true)\nbool(false)\nPAYOUT_CREATED1", $printed);
    }
}

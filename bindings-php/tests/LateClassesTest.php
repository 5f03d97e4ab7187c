<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Tests\Support\Process;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Support/surface.php';

/**
 * On the command line, most classes are declared when a script first names one. A script must not
 * notice. Each test is a process of its own, in which nothing is declared yet.
 */
final class LateClassesTest extends TestCase
{
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/lomi-late-' . bin2hex(random_bytes(4));
        mkdir($this->folder);
    }

    protected function tearDown(): void
    {
        array_map('unlink', glob("$this->folder/*") ?: []);
        rmdir($this->folder);
    }

    /** Runs a file, both as the command line does and with every class declared at module start. */
    private function prints(string $expected, string $code, string ...$arguments): void
    {
        file_put_contents("$this->folder/script.php", "<?php $code");
        $run = var_export("$this->folder/script.php", true);
        foreach ([[], self::AT_START] as $more) {
            $printed = Process::php("require $run;", [...$more, ...$arguments]);
            self::assertSame($expected, $printed, $more === [] ? 'late' : 'at start');
        }
    }

    private const AT_START = ['-d', 'zend_extension=opcache', '-d', 'opcache.enable_cli=1'];

    public function testTheClassesAreTheSame(): void
    {
        $code = 'require ' . var_export(__DIR__ . '/Support/surface.php', true) . '; echo md5(serialize([surface(), aliases()])), count(surface());';
        $late = Process::php($code);
        self::assertSame(Process::php($code, self::AT_START), $late);
        self::assertSame(md5(serialize([surface(), aliases()])) . count(surface()), $late);
    }

    public function testTheExtensionNamesAllClasses(): void
    {
        $code = '$names = (new ReflectionExtension("lomi"))->getClassNames(); sort($names); echo implode(",", $names);';
        $late = Process::php($code);
        self::assertSame(Process::php($code, self::AT_START), $late);
        self::assertStringContainsString('LomiSDK\Model\Refunds', $late);
    }

    public function testWhatIsNotUsedCostsNothing(): void
    {
        // The scripts differ only in what they name.
        $kib = fn (string $code) => (int) Process::php("$code; preg_match('/RssAnon:\s+(\d+)/', file_get_contents('/proc/self/status'), \$m); echo \$m[1];");
        self::assertGreaterThan(1000, $kib('get_declared_classes()') - $kib('get_defined_constants()'));
    }

    public function testFunctionsThatDoNotAutoloadSeeThem(): void
    {
        $this->prints('11111011014', <<<'PHP'
            echo (int) class_exists('LomiSDK\Model\Refunds', false), (int) class_exists('\lomisdk\refundsapi', false);
            echo (int) class_exists('LomiSDK\Exception\RateLimitException', false), (int) interface_exists('LomiSDK\Model\ModelInterface', false);
            echo (int) class_exists('LomiSDK\Exception\OutcomeUnknown\ServerError', autoload: false), (int) class_exists('LomiSDK\Nothing', false);
            echo (int) in_array('LomiSDK\Model\Customers', get_declared_classes(), true);
            echo (int) in_array('LomiSDK\Exception\OutcomeUnknownException', array_map(fn ($it) => (new ReflectionClass($it))->getName(), get_declared_interfaces()), true)
                + (int) in_array('LomiSDK\Exception\OutcomeUnknownError', get_declared_interfaces(), true), (int) interface_exists('Nothing', false);
            echo count(class_parents('LomiSDK\Exception\APITimeoutError', false)) > 2 ? 1 : 0, count(class_implements('LomiSDK\Exception\OutcomeUnknown\ServerError', false)) > 2 ? 4 : 0;
            PHP);
    }

    public function testAutoloadersAreAskedForWhatIsNotOurs(): void
    {
        $this->prints('LomiSDK\Nothing Mine\Other LomiSDK\Nothing Mine\Other 1', <<<'PHP'
            $asked = [];
            spl_autoload_register(function (string $name) use (&$asked): void { $asked[] = $name; }, prepend: true);
            new LomiSDK\Model\Refunds();
            new LomiSDK\PaymentLinksApi();
            spl_autoload_register(function (string $name) use (&$asked): void { $asked[] = $name; class_exists('LomiSDK\Model\Products'); });
            $both = class_exists('LomiSDK\Nothing') || class_exists('Mine\Other');
            new LomiSDK\Model\CheckoutSessions();
            sort($asked);
            echo implode(' ', array_unique($asked)), ' ', implode(' ', array_unique($asked)), ' ', (int) !$both;
            PHP);
    }

    /** @dataProvider extending */
    public function testAClassAboveItsDeclaration(string $code): void
    {
        $this->prints('7 LomiSDK\Model\Refunds', $code);
        $printed = Process::php('eval(' . var_export($code, true) . ');');
        self::assertSame('7 LomiSDK\Model\Refunds', $printed, 'eval');
    }

    public static function extending(): array
    {
        $use = 'echo (new Mine(["amount" => 7]))->getAmount(), " ", get_parent_class(new Mine());';
        return [
            'whole name' => ["$use class Mine extends \\LomiSDK\\Model\\Refunds {}"],
            'import' => ["namespace App; use LomiSDK\\Model\\Refunds as Base; $use class Mine extends Base {}"],
            'import of a namespace' => ["namespace App; use LomiSDK\\Model; $use class Mine extends Model\\Refunds {}"],
            'import of several' => ["namespace App; use LomiSDK\\Model\\{Products, Refunds}; $use class Mine EXTENDS Refunds {}"],
            'the namespace itself' => ["namespace LomiSDK; $use class Mine extends Model\\Refunds {}"],
            'our namespace of models' => ["namespace LomiSDK\\Model; $use class Mine extends Refunds {}"],
        ];
    }

    public function testNamesOfClassesThatNothingHasUsed(): void
    {
        $this->prints('no, 1, caught, TypeError, 5, 5, FAILED, Exception, parent, alias', <<<'PHP'
            echo new stdClass() instanceof LomiSDK\Model\Refunds ? 'yes' : 'no', ', ';
            $typed = fn (?LomiSDK\CheckoutSessionsApi $it) => (int) ($it !== null);
            echo $typed(new LomiSDK\Api\CheckoutSessionsApi()), ', ';
            try {
                new LomiSDK\LomiClient('lomi_pk_test_1');
            } catch (LomiSDK\Exception\RateLimitException) {
                echo 'wrong';
            } catch (LomiSDK\Exception\ConfigurationException) {
                echo 'caught, ';
            }
            try {
                (function (LomiSDK\Model\Products $it) {})(new stdClass());
            } catch (TypeError $e) {
                echo get_class($e), ', ';
            }
            echo unserialize('O:21:"LomiSDK\Model\Refunds":1:{s:12:"' . "\0*\0" . 'container";a:1:{s:6:"amount";i:5;}}')->getAmount(), ', ';
            $copy = unserialize(serialize(new LomiSDK\Model\Payouts(['amount' => 5])), ['allowed_classes' => ['LomiSDK\Model\Payouts']]);
            echo $copy['amount'], ', ';
            echo constant('LomiSDK\Model\RefundStatus::FAILED') === 'failed' ? 'FAILED, ' : 'wrong';
            try {
                serialize((new LomiSDK\LomiClient('lomi_sk_test_1'))->refunds);
            } catch (Exception $e) {
                echo get_class($e), ', ';
            }
            echo is_subclass_of('LomiSDK\Exception\APITimeoutException', 'LomiSDK\ApiException') ? 'parent, ' : 'wrong';
            class Mine extends LomiSDK\Model\Meters {}
            class_alias('Mine', 'Other');
            echo (new Other())->getModelName() === 'Meters' ? 'alias' : 'wrong';
            PHP);
    }

    public function testAScriptsOwnClassOfOneOfTheNames(): void
    {
        $printed = Process::php(<<<'PHP'
            namespace LomiSDK\Model {
                if (true) {
                    class Refunds { public string $mine = 'mine'; }
                }
                echo (new Refunds())->mine, count(get_declared_classes()) > 200, (new Customers(['name' => 'x']))['name'];
                try {
                    \LomiSDK\ObjectSerializer::deserialize('{"amount": 1}', 'Refunds');
                } catch (\LomiSDK\ApiException $e) {
                    echo get_class($e);
                }
            }
            PHP);
        self::assertSame('mine1xLomiSDK\Exception\InternalError', $printed);
    }

    public function testTheEndOfAProcess(): void
    {
        $code = 'class Mine extends LomiSDK\Model\Refunds {} $kept = [new Mine(), new LomiSDK\CheckoutSessionsApi(), get_declared_classes()];'
            . 'register_shutdown_function(fn () => print get_class(new LomiSDK\Model\Products())); ';
        $loads = '@dl("ctype.so"); ';
        foreach ([['', []], ['', ['USE_ZEND_ALLOC' => '0']], [$loads, []], [$loads, ['USE_ZEND_ALLOC' => '0', 'MALLOC_PERTURB_' => '165']]] as [$first, $environment]) {
            $printed = Process::php("$first$code if (pcntl_fork() === 0) { new LomiSDK\\Model\\Payouts(); exit; } pcntl_wait(\$status); echo \$status;", [], $environment);
            self::assertSame('LomiSDK\Model\Products0LomiSDK\Model\Products', $printed);
        }
    }
}

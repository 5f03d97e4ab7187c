<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Errors in French: by the option `lang`, and by LOMI_LANG. */
final class LanguageTest extends SandboxTestCase
{
    private const SECRET = 'whsec_1234567890abcdef';

    /**
     * The messages of one call in French and in English, whose exceptions have all but the words in common.
     *
     * @return list<string>
     */
    private static function refused(callable $call, array $options = []): array
    {
        [$french, $english] = array_map(
            fn (string $lang): ApiException => self::thrownBy(fn () => $call(self::client($options + ['lang' => $lang, 'max_retries' => 0]))),
            ['fr', 'en'],
        );
        self::assertSame(get_class($english), get_class($french));
        foreach (['getKind', 'getCode', 'getApiCode', 'getStatus', 'getOutcome'] as $getter) {
            self::assertSame($english->$getter(), $french->$getter(), $getter);
        }
        return [$french->getMessage(), $english->getMessage()];
    }

    public function testAnInvalidArgument(): void
    {
        $calls = [
            [
                fn (LomiClient $lomi) => $lomi->checkoutSessions->get('cs_1', ['max_retries' => 'x']),
                'max_retries doit être un nombre entier à partir de 0, et non string',
                'max_retries must be a whole number from 0, not string',
            ],
            [
                fn (LomiClient $lomi) => $lomi->checkoutSessions->create(['amount' => fn () => 1]),
                'amount est de type Closure, qui ne peut pas être envoyé',
                'amount is of type Closure, which cannot be sent',
            ],
            [
                fn (LomiClient $lomi) => $lomi->request('GE T', '/a'),
                '"GE T" n\'est pas une méthode HTTP',
                '"GE T" is no HTTP method',
            ],
            [fn (LomiClient $lomi) => $lomi->reconcile(5), 'since doit être', 'since must be'],
            [
                fn (LomiClient $lomi) => $lomi->checkoutSessions->get('cs_1', ['timeuot' => 5]),
                'il n\'y a pas d\'option "timeuot" pour un appel ; vouliez-vous dire "timeout" ?',
                'there is no option "timeuot" of a call; did you mean "timeout"?',
            ],
        ];
        foreach ($calls as [$call, $inFrench, $inEnglish]) {
            [$french, $english] = self::refused($call);
            self::assertStringContainsString($inFrench, $french);
            self::assertStringContainsString($inEnglish, $english);
        }
    }

    public function testWhatDoesNotExist(): void
    {
        foreach (['3f0e2f6e-0f3a-4a5e-9b57-0c5d0f5a4c11', 'cs_none'] as $id) {
            [$french, $english] = self::refused(fn (LomiClient $lomi) => $lomi->checkoutSessions->get($id));
            // The server's own words are not translated.
            self::assertSame($english, str_replace(' :', ':', $french));
        }
    }

    public function testARefusedConnection(): void
    {
        foreach ([[], ['http_client' => new \GuzzleHttp\Client()]] as $options) {
            $options['base_url'] = 'http://127.0.0.1:1';
            [$french, $english] = self::refused(fn (LomiClient $lomi) => $lomi->checkoutSessions->get('cs_1'), $options);
            self::assertStringStartsWith('le serveur est injoignable : ', $french);
            self::assertStringStartsWith('the server was not reached: ', $english);
        }
    }

    public function testASettingBesideTheLanguageAndALanguageWithoutATranslation(): void
    {
        $thrown = self::thrownBy(fn () => self::client(['allow_http' => 5, 'lang' => 'fr']));
        self::assertInstanceOf(ConfigurationError::class, $thrown);
        self::assertStringStartsWith('allow_http doit être true ou false', $thrown->getMessage());
        $thrown = self::thrownBy(fn () => self::client(['lang' => 'de']));
        self::assertInstanceOf(ConfigurationError::class, $thrown);
        self::assertStringContainsString('lang', $thrown->getMessage());
    }

    public function testLomiLang(): void
    {
        $secret = self::SECRET;
        $calls = [
            ["LomiSDK\\Webhooks::constructEvent('{}', str_repeat('0', 64), '$secret')", 'SignatureVerificationError', 'la signature ne correspond pas'],
            ["LomiSDK\\Webhooks::constructEvent('{}', '0')", 'ConfigurationError', 'aucun secret de webhook'],
            ['new LomiSDK\\LomiClient()', 'ConfigurationError', 'aucune clé d\'API'],
        ];
        foreach ($calls as [$call, $kind, $inFrench]) {
            $code = "try { $call; } catch (LomiSDK\\ApiException \$e) { echo \$e->getKind(), ': ', \$e->getMessage(); }";
            $none = ['LOMI_API_KEY' => '', 'LOMI_WEBHOOK_SECRET' => ''];
            foreach (['fr_SN.UTF-8' => true, 'de' => false] as $lang => $isFrench) {
                $said = Process::php($code, [], $none + ['LOMI_LANG' => $lang]);
                self::assertStringStartsWith("$kind: ", $said);
                self::assertSame($isFrench, str_contains($said, $inFrench), $said);
            }
            // A dotenv library writes $_ENV.
            $said = Process::php("\$_ENV['LOMI_LANG'] = 'fr'; $code", [], $none);
            self::assertStringContainsString($inFrench, $said);
        }
        $text = "echo LomiSDK\\Internal\\Messages::text('table_not_plain', ['example' => 'shop.a']);";
        self::assertStringContainsString('par exemple shop.a', Process::php($text, [], ['LOMI_LANG' => 'fr']));
        self::assertStringContainsString('such as shop.a', Process::php($text, [], ['LOMI_LANG' => 'en']));
    }
}

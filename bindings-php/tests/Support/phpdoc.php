<?php

/**
 * Every doc comment of the stubs, read by phpstan's own parser: php phpdoc.php <stubs>. Prints
 * JSON: how many comments and types there were, and what is wrong with them. Runs without the
 * extension, whose place the stubs take.
 */

declare(strict_types=1);

require '/usr/share/php/PHPStan/PhpDocParser/autoload.php';
require $argv[1];

use PHPStan\PhpDocParser\Ast\Node;
use PHPStan\PhpDocParser\Ast\PhpDoc\InvalidTagValueNode;
use PHPStan\PhpDocParser\Ast\PhpDoc\ParamTagValueNode;
use PHPStan\PhpDocParser\Ast\PhpDoc\PhpDocNode;
use PHPStan\PhpDocParser\Ast\PhpDoc\TemplateTagValueNode;
use PHPStan\PhpDocParser\Ast\PhpDoc\TypeAliasImportTagValueNode;
use PHPStan\PhpDocParser\Ast\PhpDoc\TypeAliasTagValueNode;
use PHPStan\PhpDocParser\Ast\Type\IdentifierTypeNode;
use PHPStan\PhpDocParser\Ast\Type\InvalidTypeNode;
use PHPStan\PhpDocParser\Lexer\Lexer;
use PHPStan\PhpDocParser\Parser\ConstExprParser;
use PHPStan\PhpDocParser\Parser\PhpDocParser;
use PHPStan\PhpDocParser\Parser\TokenIterator;
use PHPStan\PhpDocParser\Parser\TypeParser;
use PHPStan\PhpDocParser\ParserConfig;

const WORDS = ['int', 'float', 'string', 'bool', 'array', 'list', 'object', 'mixed', 'null', 'true', 'false', 'void', 'callable', 'iterable', 'array-key', 'static', 'self', 'class-string', 'resource', 'never'];
// Packages that need not be there.
const OTHERS = '/^\\\\(GuzzleHttp|Psr)\\\\/';

function parsed(string $comment): PhpDocNode
{
    static $parser, $lexer;
    if ($parser === null) {
        // Version 2 of the parser, in Debian 13, wants a configuration.
        $config = class_exists(ParserConfig::class) ? [new ParserConfig([])] : [];
        $expressions = new ConstExprParser(...$config);
        $types = new TypeParser(...[...$config, $expressions]);
        $parser = new PhpDocParser(...[...$config, $types, $expressions]);
        $lexer = new Lexer(...$config);
    }
    return $parser->parse(new TokenIterator($lexer->tokenize($comment)));
}

/** @return list<string> the names of types in a node, at any depth */
function names(mixed $node): array
{
    if (is_array($node)) {
        return array_merge([], ...array_map(names(...), array_values($node)));
    }
    if (!$node instanceof Node) {
        return [];
    }
    $found = $node instanceof IdentifierTypeNode ? [$node->name] : [];
    // The keys of shapes are names of another kind.
    return array_merge($found, ...array_values(array_map(fn ($name, $part) => $name === 'keyName' ? [] : names($part), array_keys(get_object_vars($node)), get_object_vars($node))));
}

/** @return array<string, array<string, string>> what `use` imports, by namespace and short name */
function imports(string $file): array
{
    $namespace = '';
    $imports = [];
    foreach (file($file) as $line) {
        if (preg_match('/^namespace ([\w\\\\]+);/', $line, $found)) {
            $namespace = $found[1];
        } elseif (preg_match('/^use ([\w\\\\]*?(\w+));/', $line, $found)) {
            $imports[$namespace][$found[2]] = $found[1];
        }
    }
    return $imports;
}

/** The full name of a type: what `use` imports, else of the class's own namespace. */
function resolved(string $type, ReflectionClass $class): string
{
    static $imports = null;
    $imports ??= imports($GLOBALS['argv'][1]);
    if ($type[0] === '\\') {
        return $type;
    }
    [$first, $rest] = explode('\\', $type, 2) + [1 => ''];
    $namespace = $class->getNamespaceName();
    return '\\' . ($imports[$namespace][$first] ?? "$namespace\\$first") . ($rest === '' ? '' : "\\$rest");
}

$wrong = [];
$comments = $types = 0;
foreach ([...get_declared_classes(), ...get_declared_interfaces()] as $name) {
    if (!str_starts_with($name, 'LomiSDK\\')) {
        continue;
    }
    $class = new ReflectionClass($name);
    $members = [...$class->getMethods(), ...$class->getProperties(), ...$class->getReflectionConstants()];
    $own = array_filter($members, fn ($member) => $member->getDeclaringClass()->getName() === $name);
    $aliases = [];
    foreach ([$class, ...$own] as $about) {
        $comment = $about->getDocComment();
        if ($comment === false) {
            continue;
        }
        $comments++;
        $where = $about === $class ? $name : "$name::{$about->getName()}";
        $doc = parsed($comment);
        foreach ($doc->getTags() as $tag) {
            $value = $tag->value;
            if ($value instanceof InvalidTagValueNode) {
                $wrong[] = "$where: $tag->name cannot be read: {$value->value}";
            } elseif ($value instanceof TypeAliasTagValueNode) {
                $aliases[] = $value->alias;
                // Of version 2 only: in version 1 the whole tag is invalid.
                $value->type instanceof InvalidTypeNode && $wrong[] = "$where: the type $value->alias cannot be read";
            } elseif ($value instanceof TemplateTagValueNode) {
                $aliases[] = $value->name;
            } elseif ($value instanceof TypeAliasImportTagValueNode) {
                $aliases[] = $value->importedAs ?? $value->importedAlias;
                $from = parsed((string) (new ReflectionClass(resolved($value->importedFrom->name, $class)))->getDocComment());
                $there = array_map(fn ($alias) => $alias->alias, $from->getTypeAliasTagValues('@phpstan-type'));
                in_array($value->importedAlias, $there, true) || $wrong[] = "$where: no type $value->importedAlias in {$value->importedFrom->name}";
            } elseif ($value instanceof ParamTagValueNode && $about instanceof ReflectionMethod) {
                $parameters = array_map(fn ($p) => '$' . $p->getName(), $about->getParameters());
                in_array($value->parameterName, $parameters, true) || $wrong[] = "$where: no parameter $value->parameterName";
            }
        }
        foreach (names($doc->children) as $type) {
            $types++;
            $full = resolved($type, $class);
            $exists = in_array($type, [...WORDS, ...$aliases], true) || preg_match(OTHERS, $full) || class_exists($full) || interface_exists($full);
            $exists || $wrong[] = "$where: there is no type $type";
        }
    }
    foreach ($own as $member) {
        if ($member instanceof ReflectionMethod && preg_match('/^get[A-Z]/', $member->getName()) && $member->getReturnType() === null && !str_contains((string) $member->getDocComment(), '@return')) {
            $wrong[] = "$name::{$member->getName()}: says no type of what it gives";
        }
    }
}
echo json_encode(['comments' => $comments, 'types' => $types, 'wrong' => $wrong]);

<?php

declare(strict_types=1);

namespace LomiSDK\Symfony;

use LomiSDK\LomiClient;
use Symfony\Component\Config\Definition\Configurator\DefinitionConfigurator;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Bundle\AbstractBundle;

/**
 * Makes `LomiSDK\LomiClient` and `WebhookReceiver` services. The settings are in config/packages/lomi.yaml:
 *
 *     lomi:
 *         api_key: '%env(LOMI_API_KEY)%'
 *         options: { timeout: 20 }
 *         webhook_secret: '%env(LOMI_WEBHOOK_SECRET)%'
 */
final class LomiBundle extends AbstractBundle
{
    protected string $extensionAlias = 'lomi';

    public function configure(DefinitionConfigurator $definition): void
    {
        $definition->rootNode()
            ->children()
                ->scalarNode('api_key')->defaultNull()->end()
                ->variableNode('options')->defaultValue([])->end()
                ->variableNode('webhook_secret')->defaultNull()->end()
            ->end();
    }

    /** @param array{api_key: string|null, options: array<string, mixed>, webhook_secret?: string|list<string>|null} $config */
    public function loadExtension(array $config, ContainerConfigurator $container, ContainerBuilder $builder): void
    {
        $container->services()
            ->set(LomiClient::class)
            ->args([$config['api_key'], $config['options']])
            ->alias('lomi', LomiClient::class)
            ->public();
        $container->services()
            ->set(WebhookReceiver::class)
            ->args([$config['webhook_secret'] ?? null])
            ->public();
    }
}

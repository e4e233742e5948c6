import { configWithoutCloudSupport } from '@n8n/node-cli/eslint';

/**
 * n8n's own rules, cloud support off. The one exception is the package's decision to ship runtime
 * dependencies (see README, "Installing").
 */
export default [
	...configWithoutCloudSupport,
	{ files: ['package.json'], rules: { '@n8n/community-nodes/no-runtime-dependencies': 'off' } },
];

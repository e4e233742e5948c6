import { configWithoutCloudSupport } from '@n8n/node-cli/eslint';

/** n8n's own rules, cloud support off: nodes that keep a connection open are not for n8n's cloud. */
export default configWithoutCloudSupport;

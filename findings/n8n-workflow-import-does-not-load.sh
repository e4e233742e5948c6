#!/usr/bin/env bash
# Title: n8n-workflow's own build for import does not load in Node.js
# Guess: A package whose exports name a file for import can be imported; what a test imports is what n8n runs.
# Behavior: exports.import is dist/esm/index.js, which imports './logger-proxy' and the like without an extension: import() fails with ERR_MODULE_NOT_FOUND, require() works.
# Versions: n8n-workflow@2.41.0
# Matters: Tests of nodes. Vitest transforms the build for import anew for each file of tests; ours load n8n-workflow by require (vitest.config.mts), as n8n does.
# Source: found by running; package.json of n8n-workflow
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0
program <<'JS'
import { createRequire } from 'node:module';
const required = createRequire(import.meta.url)('n8n-workflow');
console.log(`require: ${typeof required.NodeOperationError}`);
const imported = await import('n8n-workflow').then(
	() => 'loaded',
	(error) => `${error.code} ${error.message.match(/dist\/esm\/[\w.-]+/)?.[0]}`,
);
console.log(`import: ${imported}`);
JS
as_found <<'OUT'
require: function
import: ERR_MODULE_NOT_FOUND dist/esm/logger-proxy
OUT

const { dest, src } = require('gulp');

/** tsc compiles the code; n8n also reads the icons and the codex files from dist. */
exports.default = function copyAssets() {
	return src(['{nodes,credentials}/**/*.{svg,png}', 'nodes/**/*.node.json'], {
		encoding: false,
		base: '.',
	}).pipe(dest('dist'));
};

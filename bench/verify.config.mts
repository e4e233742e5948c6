import { defineConfig } from 'vitest/config';

/** Vitest runs this benchmark, because it loads our sources as they are. */
export default defineConfig({
	test: {
		include: ['bench/verify.run.mts'],
		testTimeout: 3_600_000,
		disableConsoleIntercept: true,
	},
});

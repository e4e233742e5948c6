import { test } from 'vitest';
import { benchVerify } from './verify.mts';

test('checks of signatures', async () => {
	await benchVerify({ rounds: Number(process.env.BENCH_ROUNDS ?? 7) });
});
